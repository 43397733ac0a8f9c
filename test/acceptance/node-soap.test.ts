import { openNodeSoap } from './node-soap-peer.ts';
import { describePeer } from './peer.common.case.ts';

describePeer('node-soap', openNodeSoap);
