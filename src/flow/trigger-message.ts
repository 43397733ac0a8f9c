import type { Json, JsonObject } from '../base/message.ts';
import { command } from './commands.ts';
import { type Context, type DownFlow, decision, type Effect } from './decision.ts';
import { type ChargePointState, connectorIds, type Progress } from './state.ts';
import { withoutTrigger, withTrigger } from './triggered.ts';
import { asTold } from './unsent.ts';

/** The CALLRESULT must be on its way before the message it promised. */
const AFTER_ANSWER = 100;
const DEFAULT_SAMPLE_INTERVAL = 450;

/** TriggerMessage for versions without it: what the bridge remembers is sent again, with its original time. */
export const triggerMessage: DownFlow = {
  call(state, exchange, action, context) {
    if (action.instead === undefined) {
      return command(withTrigger(state, exchange.request, context), exchange, action, context);
    }
    const messages = triggered(state, exchange.request, context);
    if (messages === undefined) return decision(state, reply('Rejected'));
    const own = messages.map(
      ([name, payload]): Effect => ({ do: 'call-csms', action: name, payload, own: true, delay: AFTER_ANSWER }),
    );
    return decision(state, { do: 'loss', code: 'trigger-emul', field: 'requestedMessage' }, reply('Accepted'), ...own);
  },

  answered(state, exchange, answer, _sent, context) {
    const after = answer['status'] === 'Accepted' ? state : withoutTrigger(state, exchange.request, context);
    return decision(after, { do: 'answer', payload: answer });
  },

  refused: (state, exchange, refusal, _sent, context) =>
    decision(withoutTrigger(state, exchange.request, context), { do: 'refuse', refusal }),
};

function reply(status: string): Effect {
  return { do: 'answer', payload: { status } };
}

type Message = readonly [action: string, payload: JsonObject];

/** Messages to send, or undefined when there is nothing true to say. */
function triggered(state: ChargePointState, request: JsonObject, context: Context): Message[] | undefined {
  const connectorId = request['connectorId'];
  switch (request['requestedMessage']) {
    case 'StatusNotification':
      return statuses(state, connectorId, context);
    case 'MeterValues':
      return readings(state, connectorId, context);
    case 'Heartbeat':
      return heardLately(state, context) ? [['Heartbeat', {}]] : undefined;
    case 'BootNotification':
      if (state.boot === undefined || state.registration?.status === 'Accepted') return undefined;
      return [['BootNotification', state.boot.request]];
    case 'DiagnosticsStatusNotification':
      return [['DiagnosticsStatusNotification', { status: state.diagnostics?.open ? 'Uploading' : 'Idle' }]];
    case 'FirmwareStatusNotification':
      return [['FirmwareStatusNotification', { status: firmwareStatus(state.firmware) }]];
    default:
      return undefined;
  }
}

function statuses(state: ChargePointState, connectorId: Json | undefined, context: Context): Message[] | undefined {
  const ids = typeof connectorId === 'number' ? [connectorId] : [0, ...connectorIds(state)];
  const messages = ids.flatMap((id): Message[] => {
    const status = state.connectors[id]?.status;
    if (status !== undefined) return [['StatusNotification', asTold('StatusNotification', status, context)]];
    if (id === 0 && connectorId === undefined && context.settings.connector0) {
      return [['StatusNotification', { connectorId: 0, status: 'Available', errorCode: 'NoError' }]];
    }
    return [];
  });
  return messages.length > 0 ? messages : undefined;
}

/** 1.6 asks for a new sample; an old charge point cannot give one, so only a recent reading may stand in. */
function readings(state: ChargePointState, connectorId: Json | undefined, context: Context): Message[] | undefined {
  const interval = Number(state.configuration['metervaluesampleinterval']?.value ?? DEFAULT_SAMPLE_INTERVAL);
  const since = context.now - 2 * 1000 * (interval > 0 ? interval : DEFAULT_SAMPLE_INTERVAL);
  const ids = typeof connectorId === 'number' ? [connectorId] : Object.keys(state.connectors).map(Number);
  const messages = ids.flatMap((id): Message[] => {
    const connector = state.connectors[id];
    if (connector?.meter === undefined || (connector.meterAt ?? 0) < since) return [];
    return [['MeterValues', asTriggered(connector.meter)]];
  });
  return messages.length > 0 ? messages : undefined;
}

function asTriggered(request: JsonObject): JsonObject {
  const values = (request['meterValue'] as JsonObject[]).map((value) => ({
    ...value,
    sampledValue: (value['sampledValue'] as JsonObject[]).map((sample) => ({ ...sample, context: 'Trigger' })),
  }));
  return { ...request, meterValue: values };
}

function heardLately(state: ChargePointState, context: Context): boolean {
  const { interval = 300, beat = 0 } = state.registration ?? {};
  return context.now - context.heardAt <= 2 * 1000 * Math.max(interval, beat, 1);
}

function firmwareStatus(firmware: Progress | undefined): string {
  return firmware?.open && firmware.status !== undefined ? firmware.status : 'Idle';
}
