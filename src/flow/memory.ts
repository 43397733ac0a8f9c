import type { Memory } from '../mapping/translator.ts';
import { type ChargePointState, connectorIds, openTransaction, type Transaction } from './state.ts';

const MINUTES = 60_000;
/** How long an accepted command may explain a stop. */
const EXPLAINS_FOR = 5 * MINUTES;

/** The state as the converters of the tables may see it. */
export function memoryOf(
  state: ChargePointState,
  facts: { readonly receivedAt: number; readonly timezone: string; readonly connectors: number | undefined },
): Memory {
  return {
    receivedAt: facts.receivedAt,
    timezone: facts.timezone,
    connectorUse(connectorId) {
      if (openTransaction(state, connectorId)) return 'charging';
      return state.connectors[connectorId]?.finishingSince === undefined ? 'idle' : 'finishing';
    },
    transactionAt(connectorId, at) {
      if (connectorId === 0) return undefined;
      if (at === undefined) return openTransaction(state, connectorId)?.csms;
      return covering(state, connectorId, at)?.csms;
    },
    csmsTransaction: (id) => state.transactions[id]?.csms ?? id,
    deviceTransaction(id) {
      for (const transaction of Object.values(state.transactions))
        if (transaction.csms === id) return transaction.device;
      return id;
    },
    // Tags are any text, `constructor` too.
    tagOf: (alias) => (Object.hasOwn(state.aliases, alias) ? state.aliases[alias] : undefined),
    connectorExists(connectorId) {
      const seen = connectorIds(state);
      const highest = Math.max(facts.connectors ?? 0, seen.at(-1) ?? 0);
      if (highest === 0) return undefined;
      return connectorId <= highest;
    },
    stopReason: (transactionId) => stopReason(state, transactionId, facts.receivedAt),
  };
}

/** Start ≤ at ≤ stop; of several the one that started last. */
function covering(state: ChargePointState, connectorId: number, at: number): Transaction | undefined {
  let found: Transaction | undefined;
  for (const transaction of Object.values(state.transactions)) {
    if (transaction.connectorId !== connectorId || at < transaction.startedAt) continue;
    if (transaction.stoppedAt !== undefined && at > transaction.stoppedAt) continue;
    if (found === undefined || transaction.startedAt > found.startedAt) found = transaction;
  }
  return found;
}

/** OCPP 1.6 Reason where an accepted command or a refused start explains the stop; nothing is guessed beyond that. */
function stopReason(state: ChargePointState, device: number, now: number): string | undefined {
  const transaction = state.transactions[device];
  for (const command of [...state.commands].reverse()) {
    if (command.action === 'RemoteStopTransaction' && command.transactionId === (transaction?.csms ?? device))
      return 'Remote';
    if (now - command.at > EXPLAINS_FOR) continue;
    if (command.action === 'Reset') return command.type === 'Hard' ? 'HardReset' : 'SoftReset';
    if (command.action === 'UnlockConnector' && command.connectorId === transaction?.connectorId)
      return 'UnlockCommand';
  }
  if (transaction && transaction.authorization !== 'Accepted') return 'DeAuthorized';
  return undefined;
}
