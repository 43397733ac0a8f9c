import { openNodeSoap } from './node-soap-peer.ts';
import { describeStation } from './station.common.case.ts';

describeStation('node-soap towards OCPP 2.0.1', openNodeSoap);
