/** Every metric the bridge has. docs/metrics.md is this table. A charge point's id is never a label: one series each would be too many. */

interface Common {
  readonly name: `ocpp_bridge_${string}`;
  readonly help: string;
  readonly labels?: readonly string[];
}
export type MetricRow =
  | (Common & { readonly type: 'counter' | 'gauge' })
  | (Common & { readonly type: 'histogram'; readonly buckets: readonly number[] });

/** Seconds: work of the processor. */
const WORK = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1];
/** Seconds: the disk. */
const DISK = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];
/** Seconds: waiting for a peer. */
const PEER = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 45, 120];

export const METRICS = {
  // ---- exchanges
  exchanges: {
    type: 'counter',
    name: 'ocpp_bridge_exchanges_total',
    help: 'Exchanges ended, by how: answered, answered-by-bridge, repeat, refused, timeout, uncertain (a command that may have reached the charge point, with nobody knowing what it did).',
    labels: ['direction', 'version', 'action', 'outcome'],
  },
  exchangeDuration: {
    type: 'histogram',
    name: 'ocpp_bridge_exchange_duration_seconds',
    help: 'From the reception of a call to its answer, waiting for the peer included.',
    labels: ['direction', 'action'],
    buckets: PEER,
  },
  csmsAnswerDuration: {
    type: 'histogram',
    name: 'ocpp_bridge_csms_answer_duration_seconds',
    help: 'From a call to the CSMS until its answer.',
    labels: ['action'],
    buckets: PEER,
  },
  deviceAnswerDuration: {
    type: 'histogram',
    name: 'ocpp_bridge_device_answer_duration_seconds',
    help: 'From a call to a charge point until its answer.',
    labels: ['action'],
    buckets: PEER,
  },
  mappingDuration: {
    type: 'histogram',
    name: 'ocpp_bridge_mapping_duration_seconds',
    help: 'Translating one message.',
    buckets: WORK,
  },
  repeats: {
    type: 'counter',
    name: 'ocpp_bridge_repeats_total',
    help: 'Calls recognised as repeats and answered as the first one was.',
    labels: ['action'],
  },
  outboxDepth: {
    type: 'gauge',
    name: 'ocpp_bridge_outbox_messages',
    help: 'Transaction messages taken over from charge points that the CSMS has not answered yet.',
  },
  outboxAge: {
    type: 'gauge',
    name: 'ocpp_bridge_outbox_oldest_age_seconds',
    help: 'How long the oldest of them has waited; 0 when none waits.',
  },
  outboxThinned: {
    type: 'counter',
    name: 'ocpp_bridge_outbox_thinned_total',
    help: 'Meter values given up because more waited for the CSMS than `limits.outboxPerChargePoint` allows.',
  },
  possibleDuplicates: {
    type: 'counter',
    name: 'ocpp_bridge_possible_duplicates_total',
    help: 'Starts sent to the CSMS that it may have got before, because the outcome of an earlier call is not known.',
    labels: ['action'],
  },
  deadLetters: {
    type: 'counter',
    name: 'ocpp_bridge_dead_letters_total',
    help: 'Messages put aside because the CSMS refused them again and again.',
    labels: ['action'],
  },
  losses: {
    type: 'counter',
    name: 'ocpp_bridge_losses_total',
    help: 'Places where information was dropped, changed or guessed, by loss code.',
    labels: ['code', 'version', 'action'],
  },
  quirks: {
    type: 'counter',
    name: 'ocpp_bridge_quirks_total',
    help: 'Exchanges with charge points for which a quirk profile holds, by profile.',
    labels: ['profile'],
  },
  queueDepth: {
    type: 'gauge',
    name: 'ocpp_bridge_queue_depth',
    help: 'Exchanges waiting for their turn, all charge points together.',
    labels: ['direction'],
  },
  sessions: {
    type: 'gauge',
    name: 'ocpp_bridge_sessions',
    help: 'Charge points that have a session in this process.',
  },
  failures: {
    type: 'counter',
    name: 'ocpp_bridge_failures_total',
    help: 'Things that should not happen; the log has the cause.',
  },
  // ---- the near bank
  httpOpen: {
    type: 'gauge',
    name: 'ocpp_bridge_http_requests_open',
    help: 'Requests on the SOAP side being served now.',
  },
  httpRefused: {
    type: 'counter',
    name: 'ocpp_bridge_http_refused_total',
    help: 'Requests on the SOAP side answered with an error status, by status and error code.',
    labels: ['status', 'code'],
  },
  soapReadDuration: {
    type: 'histogram',
    name: 'ocpp_bridge_soap_read_duration_seconds',
    help: 'From the last byte of a SOAP request to its decoded call.',
    labels: ['version'],
    buckets: WORK,
  },
  soapWriteDuration: {
    type: 'histogram',
    name: 'ocpp_bridge_soap_write_duration_seconds',
    help: 'Writing one SOAP answer.',
    labels: ['version'],
    buckets: WORK,
  },
  soapReceived: {
    type: 'counter',
    name: 'ocpp_bridge_soap_received_bytes_total',
    help: 'Bodies received from charge points, as sent.',
  },
  soapSent: {
    type: 'counter',
    name: 'ocpp_bridge_soap_sent_bytes_total',
    help: 'Bodies sent to charge points, before compression.',
  },
  faultsSent: {
    type: 'counter',
    name: 'ocpp_bridge_faults_sent_total',
    help: 'SOAP faults given to charge points.',
    labels: ['subcode', 'version'],
  },
  faultsReceived: {
    type: 'counter',
    name: 'ocpp_bridge_faults_received_total',
    help: 'SOAP faults got from charge points, by error code.',
    labels: ['code'],
  },
  callbackCalls: {
    type: 'counter',
    name: 'ocpp_bridge_callback_calls_total',
    help: 'Calls to charge points: answered, or the error code.',
    labels: ['outcome'],
  },
  // ---- the far bank
  links: {
    type: 'gauge',
    name: 'ocpp_bridge_links',
    help: 'WebSockets to the CSMS, by state: connecting, open, backing-off, closing.',
    labels: ['state'],
  },
  linkReconnects: {
    type: 'counter',
    name: 'ocpp_bridge_link_reconnects_total',
    help: 'Dials after a link broke or a dial failed.',
  },
  identitiesUnwritable: {
    type: 'counter',
    name: 'ocpp_bridge_identities_unwritable_total',
    help: 'Charge points whose identity OCPP 2.0.1 cannot write and that have no `chargePoints.<identity>.csms.identity`, each once since the start.',
  },
  callErrorsSent: {
    type: 'counter',
    name: 'ocpp_bridge_callerrors_sent_total',
    help: 'CALLERRORs given to the CSMS.',
    labels: ['code'],
  },
  callErrorsReceived: {
    type: 'counter',
    name: 'ocpp_bridge_callerrors_received_total',
    help: 'CALLERRORs got from the CSMS.',
    labels: ['code'],
  },
  framesMalformed: {
    type: 'counter',
    name: 'ocpp_bridge_frames_malformed_total',
    help: 'Frames of the CSMS that are no OCPP-J message.',
    labels: ['reason'],
  },
  payloadsInvalid: {
    type: 'counter',
    name: 'ocpp_bridge_payloads_invalid_total',
    help: 'Payloads that break the schema, by author. Those of the bridge are never sent.',
    labels: ['author', 'part', 'action'],
  },
  payloadRepairs: {
    type: 'counter',
    name: 'ocpp_bridge_payload_repairs_total',
    help: 'Things dropped or changed while reading payloads of the CSMS.',
    labels: ['part', 'action'],
  },
  lateAnswers: {
    type: 'counter',
    name: 'ocpp_bridge_late_answers_total',
    help: 'Answers of the CSMS to calls already given up.',
  },
  duplicateAnswers: {
    type: 'counter',
    name: 'ocpp_bridge_duplicate_answers_total',
    help: 'Answers of the CSMS to calls already answered.',
  },
  unknownAnswers: {
    type: 'counter',
    name: 'ocpp_bridge_unknown_answers_total',
    help: 'Answers of the CSMS to calls the bridge never made.',
  },
  repeatedCalls: {
    type: 'counter',
    name: 'ocpp_bridge_repeated_calls_total',
    help: 'Calls of the CSMS that came again while the first was open.',
    labels: ['action'],
  },
  // ---- the store
  storeCommits: {
    type: 'counter',
    name: 'ocpp_bridge_store_commits_total',
    help: 'Commits on lasting storage.',
  },
  storeFailures: {
    type: 'counter',
    name: 'ocpp_bridge_store_failures_total',
    help: 'Commits the store refused or could not write.',
  },
  storeFree: {
    type: 'gauge',
    name: 'ocpp_bridge_store_free_bytes',
    help: 'Room on the disk of the store; below 64 MiB commits are refused. Not a number where the disk cannot say.',
  },
  storeCommitDuration: {
    type: 'histogram',
    name: 'ocpp_bridge_store_commit_duration_seconds',
    help: 'From a commit until it is on lasting storage.',
    buckets: DISK,
  },
  // ---- the program
  mappingReloads: {
    type: 'counter',
    name: 'ocpp_bridge_mapping_reloads_total',
    help: 'Mapping tables and quirk profiles read again after a change: applied, refused.',
    labels: ['outcome'],
  },
  mappingInfo: {
    type: 'gauge',
    name: 'ocpp_bridge_mapping_info',
    help: 'Always 1; the label says the version of the tables and profiles in force, made from their contents.',
    labels: ['version'],
  },
  buildInfo: {
    type: 'gauge',
    name: 'ocpp_bridge_build_info',
    help: 'Always 1; the label says the version.',
    labels: ['version'],
  },
} as const satisfies Record<string, MetricRow>;

export type MetricKey = keyof typeof METRICS;
