import type { Json, JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Exchange } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { inTurn, type StationCommand, station, stationOf, statusInfo } from '../rules.ts';
import { keysPerQuestion, unknownIn, withoutKeys, withPhases } from './known-keys.ts';
import { absent, missing, type Named, namedIn, type Resolve, resolver, type Target } from './variables.ts';

/**
 * GetVariables (OCPP 2.0.1 B06): what the bridge knows it answers; for the rest it asks the charge point, some keys at a time.
 * The answer is written from what is known afterwards, so that it says what a report says.
 */
export const getVariables: StationCommand = {
  call(state, exchange, context) {
    const resolve = resolver(state, context);
    const keys = new Map<string, string>();
    for (const named of namedIn(exchange.request['getVariableData'])) {
      const key = keyToAsk(named, resolve(named));
      if (key !== undefined) keys.set(key.toLowerCase(), key);
    }
    return askOn(state, exchange, { keys: [...keys.values()], failed: [], began: context.now }, context);
  },

  answered(state, exchange, question, answer, context) {
    const gone = new Set(unknownIn(answer).map((key) => key.toLowerCase()));
    const left = gone.size === 0 ? state : withoutKeys(state, (key) => gone.has(key), context);
    return inTurn(
      left,
      (now) => withPhases(now, context),
      (now) => askOn(now, exchange, progress(question.memo), context),
    );
  },

  refused(state, exchange, question, refusal, context) {
    const { keys, failed, began } = progress(question.memo);
    const asked = strings(question.request['key']);
    const vain = absent(refusal) ? keys : [];
    const left = absent(refusal) ? [] : keys;
    return askOn(state, exchange, { keys: left, failed: [...failed, ...asked, ...vain], began }, context);
  },
};

/** Keys still to be asked for, keys of which nothing was heard, and when the CSMS began to wait. */
interface Progress {
  readonly keys: readonly string[];
  readonly failed: readonly string[];
  readonly began: number;
}

function progress(memo: JsonObject): Progress {
  return { keys: strings(memo['keys']), failed: strings(memo['failed']), began: Number(memo['began']) };
}

function strings(list: Json | undefined): string[] {
  return Array.isArray(list) ? list.map(String) : [];
}

function askOn(
  state: ChargePointState,
  exchange: Exchange,
  { keys, failed, began }: Progress,
  context: Context,
): Decision {
  const late = context.now - began >= station(context).settings.variablesWithin;
  if (keys.length === 0 || late) return answered(state, exchange, new Set([...failed, ...keys].map(lower)), context);
  const most = keysPerQuestion(state, context);
  const memo: JsonObject = { keys: keys.slice(most), failed: [...failed], began };
  const payload: JsonObject = { key: keys.slice(0, most) };
  return decision(state, { do: 'call-device', action: 'GetConfiguration', payload, memo });
}

function lower(key: string): string {
  return key.toLowerCase();
}

/** The key that only the charge point can tell. */
function keyToAsk({ attributeType }: Named, target: Target): string | undefined {
  if (attributeType !== 'Actual') return undefined;
  if (target.is === 'unseen') return target.key;
  if (target.is === 'unknown' || target.variable.mutability === 'WriteOnly') return undefined;
  const { source } = target.variable;
  return source.from === 'bridge' ? undefined : source.key;
}

function answered(
  state: ChargePointState,
  exchange: Exchange,
  failed: ReadonlySet<string>,
  context: Context,
): Decision {
  const resolve = resolver(state, context);
  const unheard = (key: string) => failed.has(key.toLowerCase()) && !mayBeOld(state, context);
  const results = namedIn(exchange.request['getVariableData']).map((named) => result(named, resolve, unheard));
  return decision(state, { do: 'answer', payload: { getVariableResult: results } });
}

/** A charge point that does not answer may have answered lately. */
function mayBeOld(state: ChargePointState, context: Context): boolean {
  const { snapshotAt = 0 } = stationOf(state);
  return station(context).settings.absentVariables === 'snapshot' && context.now - snapshotAt < 3_600_000;
}

function result(named: Named, resolve: Resolve, unheard: (key: string) => boolean): JsonObject {
  const { component, variable, attributeType } = named;
  const target = resolve(named);
  const said = (attributeStatus: string, reasonCode?: string): JsonObject => ({
    ...{ attributeStatus, attributeType, component, variable },
    ...(reasonCode !== undefined && { attributeStatusInfo: statusInfo(reasonCode) }),
  });
  if (target.is === 'unknown') return said(target.status, 'NotFound');
  if (attributeType !== 'Actual') return said('NotSupportedAttributeType', 'UnsupportedParam');
  const key = keyToAsk(named, target);
  if (key !== undefined && unheard(key)) return said('Rejected', 'InternalError');
  if (target.is === 'unseen') return said('UnknownVariable', 'NotFound');
  if (target.variable.mutability === 'WriteOnly') return said('Rejected', 'WriteOnly');
  const { value } = target.variable;
  if (value !== undefined) return { ...said('Accepted'), attributeValue: value };
  return said(missing(named, resolve) ?? 'UnknownVariable', 'NotFound');
}
