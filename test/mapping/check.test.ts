import { describe, expect, test } from 'vitest';
import { checkMappings } from '../../src/mapping/check.ts';
import { compileTables, loadTables } from '../../src/mapping/compile.ts';
import { type Fault, faultLine, MappingFaults } from '../../src/mapping/fault.ts';
import { contracts, tables } from './house.ts';

const named = (name: string): string => tables.find((source) => source.file.endsWith(name))?.text ?? '';

/** The faults after one change in the text of a file, and the line of the change. */
function spoil(file: string, from: string, to: string): { faults: Fault[]; line: number } {
  const text = named(file);
  const at = text.indexOf(from);
  if (at < 0) throw new Error(`${file} has no ${from}`);
  const changed = text.slice(0, at) + to + text.slice(at + from.length);
  const sources = tables.map((source) => (source.file.endsWith(file) ? { ...source, text: changed } : source));
  return { faults: checkMappings(sources, contracts).faults, line: text.slice(0, at).split('\n').length };
}

const T12 = 'ocpp1.2-ocpp1.6.yaml';
const T15 = 'ocpp1.5-ocpp1.6.yaml';
const T16 = 'ocpp1.6s-ocpp1.6.yaml';

describe('the proof', () => {
  test('covers every pair, operation, field and word', () => {
    const { faults, summary } = checkMappings(tables, contracts);
    expect(faults).toEqual([]);
    expect(summary).toMatchObject({ pairs: 3, words: 512 });
    expect(summary.operations).toBeGreaterThanOrEqual(105);
    expect(summary.sourceFields).toBeGreaterThan(380);
    expect(summary.requiredTargets).toBeGreaterThan(200);
    expect(summary.losses).toBeGreaterThan(60);
  });

  test('a check that saw no table, no register or no contract fails', () => {
    expect(checkMappings([], contracts).faults.map((fault) => fault.message)).toEqual(
      expect.arrayContaining([
        'no mapping table was found',
        'the register of losses was not found',
        'there is no table for OCPP 1.2',
      ]),
    );
    const nothing = {
      soap: { all: [], service: contracts.soap.service },
      json: { ...contracts.json, actions: new Map() },
    };
    expect(checkMappings(tables, nothing).faults.map((fault) => fault.message)).toEqual(
      expect.arrayContaining(['no SOAP contract was found', 'no OCPP-J contract was found']),
    );
  });

  test('a version without a table is missed', () => {
    const { faults } = checkMappings(
      tables.filter((source) => !source.file.endsWith(T16)),
      contracts,
    );
    expect(faults.map((fault) => fault.message)).toContain('there is no table for OCPP 1.6');
  });
});

describe('a bad table', () => {
  const cases: [string, string, string, string, string, RegExp][] = [
    [
      'a misspelt target',
      T15,
      'write: heartbeatInterval',
      'write: heartbeatIntervall',
      'BootNotificationResponse has no field "heartbeatIntervall"',
      /did you mean heartbeatInterval\?/,
    ],
    [
      'a misspelt source',
      T15,
      '        from: interval\n',
      '        from: intervall\n',
      'BootNotificationResponse has no field "intervall"',
      /did you mean interval\?/,
    ],
    [
      'an unknown converter',
      T15,
      'convert: intervalFloor',
      'convert: intervallFloor',
      'there is no converter "intervallFloor"',
      /did you mean intervalFloor\?/,
    ],
    [
      'an unknown shape',
      T15,
      'shape: reading, absent',
      'shape: readings, absent',
      'there is no shape "readings"',
      /did you mean reading\?/,
    ],
    [
      'an unknown loss code',
      T15,
      'loss: mv-time',
      'loss: mv-tyme',
      'the loss code mv-tyme is not in the register',
      /losses\.yaml/,
    ],
    [
      'an unknown word of the vocabulary',
      T15,
      'too-long: cut, absent: Unknown',
      'to-long: cut, absent: Unknown',
      'a write row knows no "to-long"',
      /did you mean too-long\?/,
    ],
    [
      'a policy that is none',
      T15,
      'too-long: keep-end',
      'too-long: keep-start',
      'too-long cannot be "keep-start"',
      /keep-end/,
    ],
    [
      'a missing reason',
      T15,
      ', why: as the vendor }',
      ' }',
      'a row states a difference and why: `why` is missing',
      /^$/,
    ],
    [
      'a comma in a text inside of braces',
      T15,
      'why: as the vendor',
      'why: as, the vendor',
      'a write row knows no "the vendor"',
      /quotes/,
    ],
    [
      'an option that is none',
      T15,
      'depending-on: tagTooLong',
      'depending-on: tagToLong',
      'depending-on cannot be "tagToLong"',
      /tagTooLong/,
    ],
    [
      'a branch that is missing',
      T15,
      'zero: { depending-on: keepZero, "false": leave-out, "true": keep }',
      'zero: { depending-on: keepZero, "false": leave-out }',
      'zero depends on keepZero but has no branch for "true"',
      /^$/,
    ],
    [
      'an answer that is not valid',
      T15,
      'refused: { answer: { status: Rejected, currentTime: $now, interval: 60 } }',
      'refused: { answer: { status: Rejected } }',
      'the answer to BootNotification is not valid: currentTime is missing',
      /^$/,
    ],
    [
      'a flow that is none',
      T15,
      'flow: trigger-from-memory',
      'flow: trigger-from-memori',
      'flow cannot be "trigger-from-memori"',
      /trigger-from-memory/,
    ],
    ['a version without quotes', T15, 'soap: "1.5"', 'soap: 1.5', 'soap cannot be 1.5', /one of 1\.2, 1\.5, 1\.6/],
    [
      'a row that states no difference',
      T15,
      '{ write: data, as-is: true, why',
      '{ write: status, why: none }\n      - { write: data, as-is: true, why',
      'DataTransferRequest has no field "status"',
      /^$/,
    ],
    [
      'a name that is repeated',
      T15,
      'write: value, as-is: true, too-long',
      'write: value, from: value, as-is: true, too-long',
      '`from` repeats the name: leave it out',
      /^$/,
    ],
  ];
  test.each(cases)('with %s is told with its line and a hint', (_what, file, from, to, message, hint) => {
    const { faults, line } = spoil(file, from, to);
    const found = faults.find((fault) => fault.message === message);
    expect(found, faults.map(faultLine).join('\n')).toBeDefined();
    expect(found?.file).toMatch(new RegExp(`${file}$`));
    // A fault of a row stands where the row begins.
    expect(line - (found?.line ?? 0)).toBeGreaterThanOrEqual(-1);
    expect(line - (found?.line ?? 0)).toBeLessThanOrEqual(4);
    expect(found?.column).toBeGreaterThan(0);
    expect(found?.hint ?? '').toMatch(hint);
  });

  const gaps: [string, string, string, string, RegExp][] = [
    ['a word without an image', T15, 'words: { Amp: A, Volt: V }', 'words: { Amp: A }', /does not know the word Volt/],
    ['an image that is no word', T15, 'Volt: V }', 'Volt: Volts }', /Volt cannot become Volts/],
    [
      'two words that become one in silence',
      T15,
      'HashError: { as: Failed, loss: hash-error }',
      'HashError: Failed',
      /HashError and Failed both become Failed/,
    ],
    ['a word that stays the same', T15, 'words: { Amp: A,', 'words: { Wh: Wh, Amp: A,', /Wh stays the same/],
    ['a word that the version has not', T15, 'words: { Amp: A,', 'words: { VA: VA, Amp: A,', /@unit has no word "VA"/],
    [
      'a known word among the unknown',
      T15,
      'also: { Celcius',
      'also: { Amp: A, Celcius',
      /Amp is a word of the contract/,
    ],
    [
      'a text that may be too long',
      T15,
      'firmwareVersion, too-long: cut,',
      'firmwareVersion, absent: none, loss: boot-unknown,',
      /firmwareVersion holds 50 characters/,
    ],
    [
      'a time that may be unreadable',
      T15,
      '{ write: expiryDate, unreadable: leave-out,',
      '{ write: expiryDate, absent: receivedAt,',
      /expiryDate is a time and may be unreadable/,
    ],
    [
      'a required field left out',
      T15,
      '{ write: timestamp, unreadable: receivedAt, why: a start',
      '{ write: timestamp, unreadable: leave-out, why: a start',
      /timestamp is required and cannot be left out/,
    ],
    [
      'an item dropped where there is none',
      T15,
      '{ write: timestamp, unreadable: receivedAt, why: a start',
      '{ write: timestamp, unreadable: drop-item, why: a start',
      /no list item here/,
    ],
    [
      'a policy without meaning',
      T15,
      'firmwareVersion, too-long: cut,',
      'firmwareVersion, too-long: cut, zero: leave-out, loss: { zero: tx-zero },',
      /zero has no meaning for firmwareVersion/,
    ],
    [
      'a loss that cannot happen',
      T15,
      '{ write: chargePointSerialNumber, too-long',
      '{ write: chargePointSerialNumber, loss: { zero: tx-zero }, too-long',
      /loss for zero, but the row states no zero/,
    ],
    [
      'a field both written and dropped',
      T15,
      '- { drop: hash, loss: hash',
      '- { drop: [hash, status], loss: hash',
      /status is written and dropped/,
    ],
    [
      'a field both written and left',
      T15,
      '- { leave: hash, loss: hash',
      '- { leave: [hash, localAuthorisationList], loss: hash',
      /localAuthorisationList is written and left/,
    ],
    [
      'a left field that has a source',
      T15,
      '- { leave: hash, loss: hash',
      '- { leave: [hash, listVersion], loss: hash',
      /listVersion is required and cannot be left/,
    ],
    [
      'a row behind one that always holds',
      T15,
      '        when: { connectorId: 0 }\n',
      '',
      /an earlier row always writes status/,
    ],
    [
      'only rows with conditions',
      T16,
      '{ write: reason, unknown: Other,',
      '{ write: reason, when: { meterStop: 0 }, unknown: Other,',
      /every row for reason has a condition/,
    ],
    [
      'a condition on nothing',
      T15,
      'when: { connectorId: 0 }',
      'when: { connectorNumber: 0 }',
      /has no field "connectorNumber"/,
    ],
    [
      'a converter with too little to look at',
      T15,
      'with: [connectorId, errorCode]',
      'with: [connectorId]',
      /wants with: \[connectorId, errorCode\]/,
    ],
    [
      'a tag that is cut',
      T15,
      '{ write: idTag, too-long: alias, why: cutting could make two cards one; refusing',
      '{ write: idTag, too-long: cut, why: cutting could make two cards one; refusing',
      /idTag is a tag: a long one needs an alias/,
    ],
    [
      'a list that may be empty',
      T15,
      'shape: reading, absent: { answer: {} }, loss: mv-empty,',
      'shape: reading,',
      /meterValue needs an item but may have none/,
    ],
    [
      'a shape that nobody uses',
      T15,
      'shapes:\n',
      'shapes:\n  spare:\n    - { drop: x, loss: hash, why: none }\n',
      /the shape spare is not used/,
    ],
    ['a missing operation', T15, '  Reset: identical\n', '', /the call Reset of the CSMS has no entry/],
    [
      'an operation that is not identical',
      T15,
      '  ReserveNow:\n',
      '  ReserveNow: identical\n  ReserveNowOld:\n',
      /ReserveNow request: idTag is a tag/,
    ],
    [
      'an operation that the version lacks',
      T12,
      '  CancelReservation: {',
      '  SetChargingProfiles: identical\n  CancelReservation: {',
      /1\.2 charge points do not know SetChargingProfiles/,
    ],
    [
      'instead of one that it has',
      T15,
      '  Reset: identical\n',
      '  Reset: { instead: { refuse: NotSupported }, why: none }\n',
      /`instead` is for operations they lack/,
    ],
    [
      'a white paper action forgotten',
      T12,
      '  GetLog: { instead: { refuse: NotImplemented }, why: no SOAP version knows it }\n',
      '',
      /the OCPP-J action GetLog has no entry/,
    ],
    ['no words on what happens when refused', T15, '    refused: fault\n', '', /`refused` is missing/],
    ['no words on what happens while away', T15, '    away: refuse\n', '', /`away` is missing/],
    [
      'a claim of the register without a row',
      'losses.yaml',
      '"1.5": [StatusNotification]',
      '"1.5": [StatusNotification, Heartbeat]',
      /no row of 1\.5 Heartbeat tells enum-occupied/,
    ],
    [
      'a row without a claim of the register',
      'losses.yaml',
      '      "1.5": [StatusNotification]\n',
      '',
      /the register does not know that 1\.5 StatusNotification may tell enum-occupied/,
    ],
    [
      'a code that the translation never tells',
      'losses.yaml',
      '  ts-frac:\n    by: engine',
      '  ts-frac:\n    by: [engine, reader]',
      /no reader tells ts-frac/,
    ],
    ['text that is no YAML', T15, 'shapes:\n', 'shapes: [\n', /./],
    ['a name twice', T15, '  Reset: identical\n', '  Reset: identical\n  Reset: identical\n', /unique/],
  ];
  test.each(gaps)('with %s is refused', (_what, file, from, to, message) => {
    const { faults } = spoil(file, from, to);
    expect(faults.map((fault) => fault.message).join('\n')).toMatch(message);
  });

  test('stops the start with every fault of every file at once', () => {
    const sources = tables.map((source) => ({
      ...source,
      text: source.text.replace('too-long: keep-end', 'too-long: keep-start').replace('by: flow', 'by: nobody'),
    }));
    const thrown = ((): unknown => {
      try {
        return compileTables(sources, contracts);
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(MappingFaults);
    const files = new Set((thrown as MappingFaults).faults.map((fault) => fault.file.split('/').at(-1)));
    expect([...files].sort()).toEqual(['losses.yaml', T12, T15, T16]);
    expect((thrown as MappingFaults).message).toMatch(
      /ocpp1\.5-ocpp1\.6\.yaml:\d+:\d+: too-long cannot be "keep-start" \(/,
    );
  });

  test('a directory without tables cannot be loaded', () => {
    expect(() => loadTables('/nowhere/at/all')).toThrow(MappingFaults);
  });
});
