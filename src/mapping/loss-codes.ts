/** Loss codes that need no row of a table. The register lists the same, under the same tellers. */

/** Told by the translation itself, for any field. */
const ENGINE_LOSSES = [
  'ts-offset',
  'ts-frac',
  'ts-zone',
  'str-trim',
  'int-repair',
  'int-clamp',
  'xml-char',
  'data-json',
  'decimal',
  'tag-case',
  'custom-data',
] as const;

/** Told by flows: what the bridge adds, answers by itself, or gives up in an outage. */
const FLOW_LOSSES = [
  'status-synth',
  'pending',
  'profile-start',
  'no-op',
  'tx-alias',
  'start-conn',
  'case-keys',
  'own-key',
  'network-profile',
  'virtual-key',
  'phase-list',
  'callerror-ok',
  'offline-last',
  'offline-thin',
  'offline-local',
  'dup',
  'dead-letter',
  'trigger-emul',
  'boot-unheard',
  'progress-unasked',
  'not-wanted',
  'status-refused',
  'token-type',
  'auth-fallback',
  'tx-clock',
  'tx-connector',
  'tx-lost',
  'tx-adopted',
  'tx-unknown',
  'tx-late',
  'tx-attempts',
  'tx-register',
  'stop-thin',
  'evse-zero',
  'evse-connector',
  'cost',
  'tag-info',
  'reservation-found',
  'reset-undone',
  'firmware-unsigned',
  'firmware-install',
  'firmware-inferred',
] as const;

/** Told by the readers of the two banks. */
const READER_LOSSES = [
  'str-trim',
  'hdr-id',
  'hdr-addr',
  'fault-flat',
  'callerror-flat',
  'xml-unknown',
  'json-unknown',
] as const;

export const CODED_LOSSES: Readonly<Record<'engine' | 'flow' | 'reader', readonly string[]>> = {
  engine: ENGINE_LOSSES,
  flow: FLOW_LOSSES,
  reader: READER_LOSSES,
};
