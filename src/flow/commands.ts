import type { JsonObject } from '../base/message.ts';
import {
  type Context,
  type Decision,
  type DownFlow,
  type DownPolicy,
  decision,
  type Effect,
  type Exchange,
} from './decision.ts';
import { type AcceptedCommand, type ChargePointState, connectorIds } from './state.ts';

const MOST_REMEMBERED = 20;

/** Commands that may end a transaction are remembered when the charge point accepts them: they are the reason of the stop. */
function explainsStop(
  action: AcceptedCommand['action'],
  accepted: string,
  details: (request: JsonObject) => Omit<AcceptedCommand, 'action' | 'at'>,
): NonNullable<DownFlow['answered']> {
  return (state, exchange, answer, _sent, context) => {
    const effect: Effect = { do: 'answer', payload: answer };
    if (answer['status'] !== accepted) return decision(state, effect);
    const command: AcceptedCommand = { action, at: context.now, ...details(exchange.request) };
    return decision({ ...state, commands: [...state.commands, command].slice(-MOST_REMEMBERED) }, effect);
  };
}

/** While the CSMS has the charge point Pending it may configure it, but not start or stop sessions (OCPP 1.6 section 4.2). */
function notWhilePending(state: ChargePointState): Effect | undefined {
  return state.registration?.status === 'Pending' ? { do: 'answer', payload: { status: 'Rejected' } } : undefined;
}

function forward(exchange: Exchange, payload: JsonObject = exchange.request): Effect {
  return { do: 'call-device', action: exchange.action, payload };
}

export const remoteStopTransaction: DownFlow = {
  call: (state, exchange) => decision(state, notWhilePending(state) ?? forward(exchange)),
  answered: explainsStop('RemoteStopTransaction', 'Accepted', (request) => ({
    transactionId: Number(request['transactionId']),
  })),
};

export const reset: DownFlow = {
  answered: explainsStop('Reset', 'Accepted', (request) => ({ type: String(request['type']) })),
};

const unlocked = explainsStop('UnlockConnector', 'Unlocked', (request) => ({
  connectorId: Number(request['connectorId']),
}));

export const unlockConnector: DownFlow = {
  answered(state, exchange, answer, sent, context) {
    const noLock = !context.settings.hasLock && answer['status'] === 'UnlockFailed';
    return unlocked(state, exchange, noLock ? { status: 'NotSupported' } : answer, sent, context);
  },
};

/** RemoteStartTransaction: connectorId 0 does not exist there; a profile that cannot be obeyed may have to refuse the start. */
export const remoteStartTransaction: DownFlow = {
  call(state, exchange, _action, context) {
    const { connectorId, ...rest } = exchange.request;
    if (typeof connectorId === 'number' && connectorId < 0) {
      return decision(state, {
        do: 'refuse',
        refusal: { code: 'FieldValue', reason: `connectorId: ${connectorId} is not a connector` },
      });
    }
    const pending = notWhilePending(state);
    if (pending) return decision(state, pending);
    const noProfiles = context.version !== '1.6' && rest['chargingProfile'] !== undefined;
    if (noProfiles && context.settings.profileRequired === 'reject') {
      return decision(
        state,
        { do: 'loss', code: 'profile-start', field: 'chargingProfile' },
        {
          do: 'answer',
          payload: { status: 'Rejected' },
        },
      );
    }
    if (typeof connectorId === 'number' && connectorId > 0) return decision(state, forward(exchange));
    const only = context.settings.fillConnector ? onlyConnector(state, context) : undefined;
    const payload = only === undefined ? rest : { ...rest, connectorId: only };
    const changed = connectorId === 0 || only !== undefined;
    const loss: Effect[] = changed ? [{ do: 'loss', code: 'start-conn', field: 'connectorId' }] : [];
    return decision(state, ...loss, forward(exchange, payload));
  },
};

function onlyConnector(state: ChargePointState, context: Context): number | undefined {
  if (context.settings.connectors !== undefined) return context.settings.connectors === 1 ? 1 : undefined;
  const seen = connectorIds(state);
  return seen.length === 1 ? seen[0] : undefined;
}

/** SendLocalList: 0 and -1 are answers of GetLocalListVersion, not versions (OCPP 1.6 section 5.15). */
export const sendLocalList: DownFlow = {
  call(state, exchange, policy, context) {
    const version = exchange.request['listVersion'];
    if (typeof version === 'number' && version <= 0) {
      return decision(state, {
        do: 'refuse',
        refusal: { code: 'FieldValue', reason: `listVersion: ${version} is not a list version` },
      });
    }
    return command(state, exchange, policy, context);
  },
};

/** Any command without a rule of its own: what the version lacks is answered by the table, the rest is forwarded. */
export function command(
  state: ChargePointState,
  exchange: Exchange,
  { instead }: DownPolicy,
  context: Context,
): Decision {
  if (instead === undefined) return decision(state, forward(exchange));
  const loss: Effect = { do: 'loss', code: 'no-op', field: exchange.action };
  if ('answer' in instead) return decision(state, loss, { do: 'answer', payload: instead.answer });
  if ('refuse' in instead) {
    const reason = `${exchange.action} does not exist in OCPP ${context.version} over SOAP`;
    return decision(state, loss, { do: 'refuse', refusal: { code: instead.refuse, reason } });
  }
  return decision(state, { do: 'refuse', refusal: { code: 'Internal', reason: `no rule named ${instead.flow}` } });
}
