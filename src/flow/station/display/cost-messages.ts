import type { Json, JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { lacks } from '../capability.ts';
import { isLacking } from '../command.ts';
import { type Question, type StationCommand, station, stationOf, withStation } from '../rules.ts';
import { truth } from '../variables/variable-values.ts';

/**
 * Costs and texts on the display of a charge point: DataTransfers of the Open Charge Alliance's application note "OCPP & California
 * Pricing Requirements" (section 3). They are for the driver who stands there now, so nothing waits for them and nothing repeats them.
 */

export const COST_MESSAGES = 'org.openchargealliance.costmsg';
/** The configuration key by which a charge point says that it shows them. */
export const SHOWS_COSTS = 'CustomDisplayCostAndPrice';

/** By field of the CSMS: the loss that it is when no driver sees it. */
const LOSSES = { totalCost: 'cost', updatedPersonalMessage: 'cost', personalMessage: 'tag-info' } as const;
export type Shown = keyof typeof LOSSES;

export interface CostMessage {
  readonly messageId: 'FinalCost' | 'RunningCost' | 'SetUserPrice';
  readonly data: JsonObject;
  /** What of the CSMS's answer it shows. */
  readonly shows: readonly Shown[];
  /** Of two about the same that wait for the charge point, only the newer one is sent. */
  readonly about: string;
}

/** Whether the charge point says that it shows costs, and has not answered that it does not. */
export function showsCosts(state: ChargePointState, context: Context): boolean {
  if (station(context).settings.costMessages === 'off' || lacks(state, 'DataTransfer', context)) return false;
  const said = state.configuration[SHOWS_COSTS.toLowerCase()]?.value;
  return truth(said) === true && !stationOf(state).lacking.includes(COST_MESSAGES);
}

/** Tells the charge point, or counts what the driver does not see. */
export function shown(state: ChargePointState, message: CostMessage, context: Context): Decision {
  const { messageId, data, shows, about } = message;
  if (!showsCosts(state, context) || stationOf(state).lacking.includes(lackingWord(messageId)))
    return decision(state, ...unseen(shows));
  return decision(state, {
    ...{ do: 'call-device', action: 'DataTransfer', supersedes: about },
    payload: { vendorId: COST_MESSAGES, messageId, data: JSON.stringify(data) },
    memo: { why: 'cost-message', shows: [...shows] },
  });
}

export function unseen(fields: readonly Shown[]): Effect[] {
  return fields.map((field): Effect => ({ do: 'loss', code: LOSSES[field], field }));
}

/** The answer of the charge point: there is nobody to be told of it. What it does not know it is not told again before its next boot. */
export const costMessage: StationCommand = {
  call: (state) => decision(state),
  answered(state, _exchange, question, { status }) {
    if (status === 'Accepted') return decision(state);
    return decision(withoutUnknown(state, question, status), ...notShown(question));
  },
  refused: (state, _exchange, question, refusal) =>
    decision(isLacking(refusal) ? withLackingWord(state, COST_MESSAGES) : state, ...notShown(question)),
};

function notShown({ memo }: Question): Effect[] {
  return unseen((memo['shows'] ?? []) as Shown[]);
}

function withoutUnknown(state: ChargePointState, { request }: Question, status: Json | undefined): ChargePointState {
  if (status === 'UnknownVendorId') return withLackingWord(state, COST_MESSAGES);
  return status === 'UnknownMessageId' ? withLackingWord(state, lackingWord(String(request['messageId']))) : state;
}

function lackingWord(messageId: string): string {
  return `${COST_MESSAGES} ${messageId}`;
}

function withLackingWord(state: ChargePointState, word: string): ChargePointState {
  const { lacking } = stationOf(state);
  return lacking.includes(word) ? state : withStation(state, { lacking: [...lacking, word] });
}
