import type { CsmsProtocol, JsonObject } from '../../base/message.ts';

/** What the operator of the demo says, in the words of each OCPP version. */

export interface Phrase {
  readonly action: string;
  readonly payload: JsonObject;
}

export interface Phrases {
  start(idTag: string): Phrase;
  stop(transactionId: string | number): Phrase;
  setHeartbeat(seconds: number): Phrase;
  readKeys: Phrase;
  triggerStatus: Phrase;
  unlock: Phrase;
  reserve(idTag: string): Phrase;
  /** What only this version can ask. */
  more: readonly Phrase[];
}

const FAR_AWAY = '2099-01-01T00:00:00.000Z';

const phrase = (action: string, payload: JsonObject): Phrase => ({ action, payload });

const of = (component: string, variable: string): JsonObject => ({
  component: { name: component },
  variable: { name: variable },
});

const IN_16: Phrases = {
  start: (idTag) => phrase('RemoteStartTransaction', { connectorId: 1, idTag }),
  stop: (transactionId) => phrase('RemoteStopTransaction', { transactionId }),
  setHeartbeat: (seconds) => phrase('ChangeConfiguration', { key: 'HeartbeatInterval', value: String(seconds) }),
  readKeys: phrase('GetConfiguration', { key: ['HeartbeatInterval', 'MeterValueSampleInterval', 'Colour'] }),
  triggerStatus: phrase('TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 1 }),
  unlock: phrase('UnlockConnector', { connectorId: 1 }),
  reserve: (idTag) => phrase('ReserveNow', { connectorId: 1, expiryDate: FAR_AWAY, idTag, reservationId: 1 }),
  more: [],
};

function in201(): Phrases {
  let remoteStarts = 0;
  return {
    start: (idTag) =>
      phrase('RequestStartTransaction', {
        evseId: 1,
        remoteStartId: ++remoteStarts,
        idToken: { idToken: idTag, type: 'Central' },
      }),
    stop: (transactionId) => phrase('RequestStopTransaction', { transactionId: String(transactionId) }),
    setHeartbeat: (seconds) =>
      phrase('SetVariables', {
        setVariableData: [{ ...of('OCPPCommCtrlr', 'HeartbeatInterval'), attributeValue: String(seconds) }],
      }),
    readKeys: phrase('GetVariables', {
      getVariableData: [
        of('OCPPCommCtrlr', 'HeartbeatInterval'),
        of('SampledDataCtrlr', 'TxUpdatedInterval'),
        of('OCPP16LegacyCtrlr', 'Colour'),
      ],
    }),
    triggerStatus: phrase('TriggerMessage', {
      requestedMessage: 'StatusNotification',
      evse: { id: 1, connectorId: 1 },
    }),
    unlock: phrase('UnlockConnector', { evseId: 1, connectorId: 1 }),
    reserve: (idTag) =>
      phrase('ReserveNow', {
        ...{ id: 1, expiryDateTime: FAR_AWAY, evseId: 1 },
        idToken: { idToken: idTag, type: 'ISO14443' },
      }),
    more: [
      phrase('GetBaseReport', { requestId: 1, reportBase: 'FullInventory' }),
      phrase('GetInstalledCertificateIds', {}),
    ],
  };
}

export function phrasesOf(protocol: CsmsProtocol): Phrases {
  return protocol === 'ocpp1.6' ? IN_16 : in201();
}
