import { errorRow } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { ChargePointObserver } from '../chargepoint/observer.ts';
import type { ExchangeReport, SessionObserver } from '../session/observer.ts';
import type { LinkObserver, LinkState } from '../uplink/observer.ts';
import type { LossLedger } from './loss-ledger.ts';

/** What happens in the rooms, as metrics and as log lines. The rooms only tell; what is worth counting is decided here. */

const UNKNOWN_VERSION = 'unknown';

/** One log line and one count per exchange, both directions. */
export function sessionObserver(metrics: Metrics, log: Log, ledger: LossLedger): SessionObserver {
  return {
    exchange(report) {
      const { direction, action, outcome } = report;
      metrics.count('exchanges', { direction, version: report.version ?? UNKNOWN_VERSION, action, outcome });
      metrics.observe('exchangeDuration', { direction, action }, report.duration / 1000);
      log[report.code === undefined ? 'info' : errorRow(report.code).level](lineOf(report), `${action} ${outcome}`);
    },
    loss(code, version, action, { identity, field, raw, secret }) {
      metrics.count('losses', { code, version, action });
      ledger.add(identity, code, version, action);
      // The log redacts what it finds under `raw`; anything else is shown, because it tells what to repair.
      const stood = raw !== undefined && { [secret ? 'raw' : 'stood']: raw };
      log.debug({ identity, action, code, field, ...stood }, 'information lost');
    },
    mapped: (seconds) => metrics.observe('mappingDuration', {}, seconds),
    csmsAnswered: (action, seconds) => metrics.observe('csmsAnswerDuration', { action }, seconds),
    deviceAnswered: (action, seconds) => metrics.observe('deviceAnswerDuration', { action }, seconds),
    profile(name, first, facts) {
      metrics.count('quirks', { profile: name });
      if (first) log.info({ ...facts, profile: name }, 'quirk profile in use');
    },
    repeat: (action) => metrics.count('repeats', { action }),
    possibleDuplicate(identity, action) {
      metrics.count('possibleDuplicates', { action });
      log.warn({ identity, action }, 'possible duplicate: the CSMS may have got this message before');
    },
    thinned(identity, readings) {
      metrics.countOne('outboxThinned', readings);
      log.warn({ identity, readings }, 'more waits for the CSMS than may: meter values were given up');
    },
    deadLetter(identity, { action, refusal, seq }) {
      metrics.count('deadLetters', { action });
      log.error({ identity, action, seq, refusal }, 'the CSMS will never take this message: it was put aside');
    },
    committed(seconds) {
      metrics.countOne('storeCommits');
      metrics.observe('storeCommitDuration', {}, seconds);
    },
    commitFailed: () => metrics.countOne('storeFailures'),
    ownCallRefused(identity, action, { code, reason }) {
      log[errorRow(code).level]({ identity, action, code, reason }, 'own call refused');
    },
    failure(identity, what, error) {
      metrics.countOne('failures');
      log.error({ identity, err: error }, what);
    },
  };
}

/** Charge points may write as much as they like into a MessageID. */
const LOGGED_ID = 200;

function lineOf({ losses, duration, messageId, ...report }: ExchangeReport): object {
  return {
    ...report,
    ...(messageId !== undefined && { messageId: messageId.slice(0, LOGGED_ID) }),
    ms: Math.round(duration),
    ...(losses.length > 0 && { losses: [...new Set(losses)] }),
  };
}

/** Codes of a call that a charge point itself refused with a Fault. */
const BY_FAULT: ReadonlySet<string> = new Set([
  'DeviceNotSupported',
  'DeviceInternalError',
  'DeviceProtocolError',
  'DeviceSecurityError',
  'DeviceIdentityMismatch',
  'DeviceGenericError',
]);

export function chargePointObserver(metrics: Metrics): ChargePointObserver {
  return {
    opened: () => metrics.add('httpOpen', {}, 1),
    served({ status, code, fault, version = UNKNOWN_VERSION, readMs, writeMs, bytesIn, bytesOut }) {
      metrics.add('httpOpen', {}, -1);
      if (code !== undefined) metrics.count('httpRefused', { status: String(status), code });
      if (fault !== undefined) metrics.count('faultsSent', { subcode: fault, version });
      if (readMs !== undefined) metrics.observe('soapReadDuration', { version }, readMs / 1000);
      if (writeMs !== undefined) metrics.observe('soapWriteDuration', { version }, writeMs / 1000);
      metrics.countOne('soapReceived', bytesIn);
      metrics.countOne('soapSent', bytesOut);
    },
    called({ code }) {
      metrics.count('callbackCalls', { outcome: code ?? 'answered' });
      if (code !== undefined && BY_FAULT.has(code)) metrics.count('faultsReceived', { code });
    },
  };
}

/** States a link can be in while somebody counts it. */
const COUNTED: ReadonlySet<LinkState> = new Set(['connecting', 'open', 'backing-off', 'closing']);

export function linkObserver(metrics: Metrics): LinkObserver {
  for (const state of COUNTED) metrics.set('links', { state }, 0);
  return {
    stateChanged(from, to) {
      if (COUNTED.has(from)) metrics.add('links', { state: from }, -1);
      if (COUNTED.has(to)) metrics.add('links', { state: to }, 1);
      if (from === 'backing-off' && to === 'connecting') metrics.countOne('linkReconnects');
    },
    sent: () => undefined,
    received: () => undefined,
    answered: () => undefined,
    malformed: (reason) => metrics.count('framesMalformed', { reason }),
    callError: (direction, code) =>
      metrics.count(direction === 'sent' ? 'callErrorsSent' : 'callErrorsReceived', { code }),
    misnamed: () => metrics.countOne('identitiesUnwritable'),
    strayAnswer(kind) {
      const stray = { late: 'lateAnswers', duplicate: 'duplicateAnswers', unknown: 'unknownAnswers' } as const;
      metrics.countOne(stray[kind]);
    },
    repeatedCall: (action) => metrics.count('repeatedCalls', { action }),
    invalid: (author, part, action) => metrics.count('payloadsInvalid', { author, part, action }),
    repaired: (action, part, things) => metrics.count('payloadRepairs', { part, action }, things),
  };
}
