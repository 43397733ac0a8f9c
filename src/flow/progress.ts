import type { Json, JsonObject } from '../base/message.ts';
import { type Decision, type DownFlow, decision, type Exchange, type UpFlow } from './decision.ts';
import type { ChargePointState, Progress } from './state.ts';
import { outdating, told } from './unsent.ts';

type Kind = 'diagnostics' | 'firmware';

/** Words after which nothing more is to come. */
const FINAL: ReadonlySet<Json | undefined> = new Set([
  'Uploaded',
  'UploadFailed',
  'Installed',
  'InstallationFailed',
  'DownloadFailed',
  'Idle',
]);

/** Diagnostics and firmware: what is under way is remembered, so that a trigger can be answered truly. */
function progressNotification(kind: Kind): UpFlow {
  return {
    call(state, exchange, context) {
      const status = exchange.request['status'];
      const progress: Progress = { status: String(status), open: !FINAL.has(status), at: context.now };
      const after = outdating({ ...state, [kind]: progress }, exchange, context.now);
      const forward = { do: 'call-csms', action: exchange.action, payload: exchange.request } as const;
      return decision(after.state, ...after.effects, forward);
    },
    answered: (state, exchange, answer, context) =>
      decision(told(state, exchange, context), { do: 'answer', payload: answer }),
  };
}

export const diagnosticsStatusNotification = progressNotification('diagnostics');
export const firmwareStatusNotification = progressNotification('firmware');

function takenOn(state: ChargePointState, kind: Kind, at: number, answer: JsonObject): Decision {
  return decision({ ...state, [kind]: { open: true, at } }, { do: 'answer', payload: answer });
}

export const getDiagnostics: DownFlow = {
  answered(state: ChargePointState, _exchange: Exchange, answer, _sent, context) {
    if (answer['fileName'] === undefined) return decision(state, { do: 'answer', payload: answer });
    return takenOn(state, 'diagnostics', context.now, answer);
  },
};

export const updateFirmware: DownFlow = {
  answered(state, exchange, answer, _sent, context) {
    const at = Date.parse(String(exchange.request['retrieveDate']));
    // A leap second is a date of OCPP and none of this platform.
    return takenOn(state, 'firmware', Number.isNaN(at) ? context.now : at, answer);
  },
};
