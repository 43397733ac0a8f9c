import type { Json, JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect, type Exchange } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { isObjection } from '../registration/network-check.ts';
import { activeSlot, ordered, waysTold, withLinkPassword, withNetwork } from '../registration/network-profiles.ts';
import { type Question, type StationCommand, station, stationOf, statusInfo, withStation } from '../rules.ts';
import { keysIn, withoutKeys } from './known-keys.ts';
import { legacyValue } from './legacy-variables.ts';
import type { Variable } from './variable.ts';
import { unfit } from './variable-check.ts';
import { ownName } from './variable-names.ts';
import { keyValue, withRotation } from './variable-values.ts';
import { absent, type Named, namedIn, objects, resolver } from './variables.ts';

/**
 * SetVariables (OCPP 2.0.1 B05): one item after the other, each a ChangeConfiguration or a matter of the bridge's own. One that
 * fails does not keep back the next.
 */
export const setVariables: StationCommand = {
  call: (state, exchange, context) => goOn(state, exchange, { results: [], began: context.now }, context),

  answered(state, exchange, question, answer, context) {
    const now = progress(question.memo);
    const named = namedIn(exchange.request['setVariableData'])[now.results.length];
    if (named === undefined) return finished(state, now, context);
    if (question.action === 'GetConfiguration') return rewritten(state, exchange, named, answer, now, context);
    const { after, verdict } = concluded(state, named, question, answer, context);
    return goOn(after, exchange, also(now, said(named, verdict)), context);
  },

  refused(state, exchange, question, refusal, context) {
    const now = progress(question.memo);
    const named = namedIn(exchange.request['setVariableData'])[now.results.length];
    if (named === undefined) return finished(state, now, context);
    const verdict: Verdict = ['Rejected', 'InternalError', refusal.reason];
    const silent = absent(refusal) ? { ...now, silent: true } : now;
    return goOn(state, exchange, also(silent, said(named, verdict)), context);
  },
};

/** attributeStatus, reasonCode, additionalInfo. */
type Verdict = readonly [status: string, reasonCode?: string, info?: string];

interface Progress {
  readonly results: readonly JsonObject[];
  readonly began: number;
  /** The charge point does not answer: it is not asked again. */
  readonly silent?: boolean;
  /** A password for the link, which takes effect behind the answer. */
  readonly password?: string;
  /** Another order of network profiles, which takes effect behind the answer. */
  readonly ways?: true;
}

function progress(memo: JsonObject): Progress {
  const { results, began, silent, password, ways } = memo;
  return {
    ...{ results: objects(results), began: Number(began) },
    ...(silent === true && { silent }),
    ...(typeof password === 'string' && { password }),
    ...(ways === true && { ways }),
  };
}

function memoOf({ results, ...rest }: Progress): JsonObject {
  return { ...rest, results: [...results] } as JsonObject;
}

function also(now: Progress, result: JsonObject): Progress {
  return { ...now, results: [...now.results, result] };
}

/** Every item that needs no question; then the next question, or the answer. */
function goOn(state: ChargePointState, exchange: Exchange, before: Progress, context: Context): Decision {
  const items = namedIn(exchange.request['setVariableData']);
  let now = before;
  let after = state;
  for (const named of items.slice(before.results.length)) {
    const step = one(after, named, now, context);
    if ('ask' in step) return decision(after, step.ask);
    after = step.state ?? after;
    const { password = now.password, ways = now.ways } = step;
    now = also(
      { ...now, ...(password !== undefined && { password }), ...(ways && { ways }) },
      said(named, step.verdict),
    );
  }
  return finished(after, now, context);
}

function finished(state: ChargePointState, { results, password, ways }: Progress, context: Context): Decision {
  const answer: Effect = { do: 'answer', payload: { setVariableResult: [...results] } };
  const told = (now: ChargePointState): Effect[] => (ways ? waysTold(now, context) : []);
  if (password === undefined) return decision(state, answer, ...told(state));
  // The answer goes first: the link that carries it closes and comes back with the new password.
  const loss: Effect = { do: 'loss', code: 'own-key', field: 'attributeValue' };
  const set = withLinkPassword(state, password, context);
  return decision(set.state, loss, answer, ...set.effects, ...told(set.state));
}

function said({ component, variable, attributeType }: Named, [attributeStatus, reasonCode, info]: Verdict): JsonObject {
  return {
    ...{ attributeStatus, attributeType, component, variable },
    ...(reasonCode !== undefined && { attributeStatusInfo: statusInfo(reasonCode, info) }),
  };
}

type Step =
  | { readonly ask: Effect }
  | {
      readonly verdict: Verdict;
      readonly state?: ChargePointState;
      readonly password?: string;
      readonly ways?: true;
    };

function one(state: ChargePointState, named: Named & { item: JsonObject }, now: Progress, context: Context): Step {
  const value = String(named.item['attributeValue'] ?? '');
  const target = resolver(state, context)(named);
  if (target.is === 'unknown') return { verdict: [target.status, 'NotFound'] };
  if (named.attributeType !== 'Actual') return { verdict: ['NotSupportedAttributeType', 'UnsupportedParam'] };
  if (target.is === 'unseen') {
    const wrong = unfit(value, { dataType: 'string' });
    return wrong ? { verdict: ['Rejected', wrong] } : change(target.key, value, now, context);
  }
  const { variable } = target;
  if (!variable.writable) return { verdict: unwritable(variable, value) };
  if (variable.source.from === 'part') {
    const sought: Effect = ask('GetConfiguration', { key: [variable.source.key] }, now);
    return impatient(now, context) ?? { ask: sought };
  }
  const wrong = unfit(value, variable);
  if (wrong) return { verdict: ['Rejected', wrong] };
  if (variable.source.from === 'bridge') return own(state, variable, value, context);
  const { source } = variable;
  if (source.from === 'vendor') return change(source.key, legacyValue(variable, value), now, context);
  if (source.from !== 'key') return change(source.key, value, now, context);
  const { suffixes } = stationOf(state);
  const written = keyValue(source.row.convert, value, suffixes[source.row.key.toLowerCase()]);
  if (written === undefined) return { verdict: ['Rejected', 'InvalidValue'] };
  if (written.length > 500) return { verdict: ['Rejected', 'TooLargeElement'] };
  return change(source.key, written, now, context);
}

/** The one network configuration there is may be chosen again (B09). */
function unwritable({ component, variable, value }: Variable, wanted: string): Verdict {
  const profile = component === 'OCPPCommCtrlr' && variable === 'NetworkConfigurationPriority';
  if (!profile) return ['Rejected', 'ReadOnly'];
  return wanted.trim() === value ? ['Accepted'] : ['Rejected', 'InvalidValue'];
}

/** A variable that the bridge itself obeys. */
function own(
  state: ChargePointState,
  { source, variable, dataType }: Variable,
  wanted: string,
  context: Context,
): Step {
  if (source.from !== 'bridge') return { verdict: ['Rejected', 'ReadOnly'] };
  if (variable === 'BasicAuthPassword') return password(wanted, context);
  if (variable === 'NetworkConfigurationPriority') return priority(state, wanted, context);
  const value = dataType === 'boolean' ? wanted.toLowerCase() : wanted.trim();
  const after = withOwn(state, source.name, value);
  const ways = variable === 'NetworkProfileConnectionAttempts' && { ways: true as const };
  return { verdict: ['Accepted'], state: after, ...ways };
}

/** The order of network profiles: a link that goes by another one than the first follows at the next reset (B10). */
function priority(state: ChargePointState, wanted: string, context: Context): Step {
  const order = ordered(state, wanted, context);
  if (isObjection(order)) return { verdict: ['Rejected', ...order] };
  const status = order[0] === activeSlot(context) ? 'Accepted' : 'RebootRequired';
  return { verdict: [status], state: withNetwork(state, { priority: order }), ways: true };
}

/** The password of the link, as text; the link takes its bytes (OCPP 2.0.1 A00.FR.205: 16 to 40 characters). */
function password(wanted: string, context: Context): Step {
  if (station(context).settings.basicAuthPassword === 'reject') return { verdict: ['Rejected', 'UnsupportedRequest'] };
  if (wanted.length < 16 || wanted.length > 40) return { verdict: ['Rejected', 'InvalidValue'] };
  return { verdict: ['Accepted'], password: Buffer.from(wanted, 'utf8').toString('hex').toUpperCase() };
}

function withOwn(state: ChargePointState, name: string, value: string): ChargePointState {
  return withStation(state, { own: { ...stationOf(state).own, [name]: value } });
}

function change(key: string, value: string, now: Progress, context: Context): Step {
  return impatient(now, context) ?? { ask: ask('ChangeConfiguration', { key, value }, now) };
}

function ask(action: string, payload: JsonObject, now: Progress): Effect {
  return { do: 'call-device', action, payload, memo: memoOf(now) };
}

/** A CSMS gives up waiting for everything when it waits too long for something. */
function impatient(now: Progress, context: Context): Step | undefined {
  if (now.silent) return { verdict: ['Rejected', 'InternalError', 'the charge point does not answer'] };
  const late = context.now - now.began >= station(context).settings.variablesWithin;
  return late ? { verdict: ['Rejected', 'InternalError', 'the charge point takes too long'] } : undefined;
}

/** One part of ConnectorPhaseRotation was asked to change: the list as it is, with this part as it shall be. */
function rewritten(
  state: ChargePointState,
  exchange: Exchange,
  named: Named & { item: JsonObject },
  answer: JsonObject,
  now: Progress,
  context: Context,
): Decision {
  const target = resolver(state, context)(named);
  const source = target.is === 'variable' ? target.variable.source : undefined;
  if (source?.from !== 'part') return goOn(state, exchange, also(now, said(named, ['UnknownVariable'])), context);
  const key = keysIn(answer).find((entry) => entry.key.toLowerCase() === source.key.toLowerCase());
  const value = withRotation(key?.value ?? '', source.connectors, String(named.item['attributeValue'] ?? ''));
  const wrong = value === undefined ? 'InvalidValue' : unfit(value, { dataType: 'string' });
  const verdict: Verdict | undefined =
    key === undefined ? ['UnknownVariable', 'NotFound'] : wrong ? ['Rejected', wrong] : undefined;
  if (verdict) return goOn(state, exchange, also(now, said(named, verdict)), context);
  return decision(state, ask('ChangeConfiguration', { key: source.key, value: String(value) }, now));
}

/** What the charge point's answer means, and what is remembered of it. */
function concluded(
  state: ChargePointState,
  named: Named & { item: JsonObject },
  { request }: Question,
  answer: JsonObject,
  context: Context,
): { after: ChargePointState; verdict: Verdict } {
  const key = String(request['key']).toLowerCase();
  const target = resolver(state, context)(named);
  const row =
    target.is === 'variable' && target.variable.source.from === 'key' ? target.variable.source.row : undefined;
  const kept = row?.own === 'also' ? ownName(row.component, row.variable, row.instance) : undefined;
  const value = String(named.item['attributeValue'] ?? '').trim();
  switch (answer['status'] as Json) {
    case 'Accepted':
      return { after: kept ? withOwn(state, kept, value) : state, verdict: ['Accepted'] };
    case 'RebootRequired':
      return {
        after: withStation(kept ? withOwn(state, kept, value) : state, { rebootRequired: true }),
        verdict: ['RebootRequired'],
      };
    case 'NotSupported': {
      const gone = withoutKeys(state, (name) => name === key, context);
      // What the bridge obeys itself holds, whether or not the charge point has a word for it.
      if (kept) return { after: withOwn(gone, kept, value), verdict: ['Accepted'] };
      return { after: gone, verdict: ['UnknownVariable', 'NotFound'] };
    }
    default: {
      const readonly = state.configuration[key]?.readonly === true;
      return { after: state, verdict: ['Rejected', readonly ? 'ReadOnly' : 'InvalidValue'] };
    }
  }
}
