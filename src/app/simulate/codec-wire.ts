import { BridgeError, type FaultCode } from '../../base/errors.ts';
import type { Ids } from '../../base/ids.ts';
import type { SoapVersion } from '../../base/message.ts';
import { readEnvelope } from '../../codec/envelope.ts';
import { readFault, writeFault } from '../../codec/fault.ts';
import { ADDRESSING, anonymousAddress } from '../../codec/namespaces.ts';
import { readMessage } from '../../codec/read.ts';
import { DEFAULT_STYLE, writeMessage } from '../../codec/write.ts';
import type { ServiceRole, SoapContracts, SoapOperation } from '../../contract/soap-contract.ts';
import type { SoapWire } from './soap-wire.ts';

const ANONYMOUS = anonymousAddress(ADDRESSING);
const FAULT_ACTION = `${ADDRESSING}/fault`;

/** Real devices are strict about what they are sent, so this one is too: exact names, exact namespace. */
export function codecWire(contracts: SoapContracts, ids: Ids): SoapWire {
  const operation = (version: SoapVersion, role: ServiceRole, action: string): SoapOperation => {
    const found = contracts.service(version, role).operations.get(action);
    if (!found) throw new BridgeError('UnknownOperation', `OCPP ${version} has no ${action}`);
    return found;
  };
  const answerHeaders = (action: string, relatesTo: string | undefined) => ({
    action,
    messageId: `urn:uuid:${ids()}`,
    to: ANONYMOUS,
    ...(relatesTo !== undefined && { relatesTo }),
  });
  return {
    writeCall({ version, identity, action, messageId, from, to, value }) {
      const { request } = operation(version, 'CentralSystem', action);
      const headers = {
        action: request.action,
        messageId,
        from,
        to,
        replyTo: ANONYMOUS,
        identity: { namespace: request.namespace, value: identity },
      };
      return writeMessage(request, value, headers, DEFAULT_STYLE);
    },

    readAnswer(version, action, text) {
      const { body } = readEnvelope(text);
      const fault = readFault(body);
      if (fault) return { fault: { subcode: fault.subcode ?? fault.code, reason: fault.reason } };
      const { answer } = operation(version, 'CentralSystem', action);
      if (body.name !== answer.element || body.namespace !== answer.namespace)
        throw new BridgeError('NotSoap', `<${body.name}> is no answer to ${action} of OCPP ${version}`);
      return { value: readMessage(body, answer).value };
    },

    readCall(version, text) {
      const { body, headers } = readEnvelope(text);
      const service = contracts.service(version, 'ChargePoint');
      if (body.namespace !== service.namespace)
        throw new BridgeError('UnknownVersion', `this charge point speaks OCPP ${version}, not ${body.namespace}`);
      const found = [...service.operations.values()].find((one) => one.request.element === body.name);
      if (!found) throw new BridgeError('UnknownOperation', `OCPP ${version} has no <${body.name}>`);
      return {
        version,
        action: found.name,
        value: readMessage(body, found.request).value,
        identity: headers.chargeBoxIdentity,
        messageId: headers.messageId,
      };
    },

    writeAnswer(version, action, value, relatesTo) {
      const { answer } = operation(version, 'ChargePoint', action);
      return writeMessage(answer, value, answerHeaders(answer.action, relatesTo), DEFAULT_STYLE);
    },

    writeFault(version, fault: FaultCode, reason, relatesTo) {
      const { namespace } = contracts.service(version, 'ChargePoint');
      return writeFault(fault, reason, undefined, namespace, answerHeaders(FAULT_ACTION, relatesTo), DEFAULT_STYLE);
    },
  };
}
