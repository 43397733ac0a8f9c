import { describe, expect, test } from 'vitest';
import { checkMappings } from '../../src/mapping/check.ts';
import { contracts, profileFiles, tables } from './house.ts';

/** The faults of one more file of profiles, as `line: message (hint)`. */
function faultsOf(text: string): string[] {
  const { faults } = checkMappings([...tables, ...profileFiles, { file: 'own.yaml', text }], contracts);
  return faults.map(({ file, line, message, hint }) => `${file}:${line}: ${message}${hint ? ` (${hint})` : ''}`);
}

const own = (lines: string): string =>
  `profiles:\n  acme:\n    source: a capture\n    evidence: capture\n${lines.replace(/^/gm, '    ')}\n`;

describe('the profiles that come with the bridge', () => {
  test('are sound, and counted', () => {
    const { faults, summary } = checkMappings([...tables, ...profileFiles], contracts);
    expect(faults).toEqual([]);
    expect(summary.profiles).toBeGreaterThanOrEqual(8);
    expect(summary.profilesWithRows).toBeGreaterThanOrEqual(1);
  });
});

describe('a profile', () => {
  test('may say everything at once', () => {
    expect(
      faultsOf(
        own(`for:
  - { vendor: "Acme*", model: "Wall*", firmware: "1.*" }
  - { identity: "AC-*" }
known: [it is green]
switches:
  prefixes: cxf
  action: false
  from: false
  message-id: false
  soap-action: true
  declaration: false
  gzip: true
  fault-status: 400
  answer-delay: { StartTransaction: 500 }
  time-zone: Europe/Berlin
  fraction: 3
  tag-case: upper
use: [meter-defaults, first-1.2-contract]
rows:
  "1.5":
    calls-of-the-charge-point:
      BootNotification:
        request:
          - { write: chargePointSerialNumber, too-long: cut, why: the head is unique here }`),
      ),
    ).toEqual([]);
  });

  test.each([
    [
      'an unknown word',
      'for: { vendor: A }\nswitch: { action: false }\nknown: x',
      /own\.yaml:6: a profile knows no "switch" \(did you mean switches\?\)/,
    ],
    ['an unknown switch', 'switches: { acton: false }', /:5: switches knows no "acton" \(did you mean action\?\)/],
    ['a switch that is no truth', 'switches: { action: off }', /:5: a switch is true or false/],
    [
      'an unknown prefix profile',
      'switches: { prefixes: soapEnv }',
      /:5: prefixes cannot be "soapEnv" \(did you mean soapenv\?\)/,
    ],
    ['another fault status', 'switches: { fault-status: 404 }', /:5: fault-status is one of 500, 400/],
    [
      'a delay that is none',
      'switches: { answer-delay: { Heartbeat: 1.5 } }',
      /:5: a delay is a number of milliseconds \(1 to 10000\)/,
    ],
    [
      'a delay of no operation',
      'switches: { answer-delay: { Hartbeat: 10 } }',
      /answer-delay: charge points have no call Hartbeat \(did you mean Heartbeat\?\)/,
    ],
    [
      'a zone that is nowhere',
      'switches: { time-zone: Europe/Atlantis }',
      /:5: there is no time zone "Europe\/Atlantis"/,
    ],
    ['an unknown fact', 'for: { vender: A }\nknown: x', /:5: for knows no "vender" \(did you mean vendor\?\)/],
    ['a match for everyone', 'for: { vendor: "*" }\nknown: x', /:5: `for` fits every charge point/],
    ['an empty match', 'for: {}\nknown: x', /:5: `for` names nothing/],
    [
      'a pattern that nothing can fit',
      'for: { vendor: "A name of more than twenty letters" }\nknown: x',
      /:5: vendor never has more than 20 characters/,
    ],
    ['nothing to say', 'for: { vendor: A }', /:\d: the profile acme says nothing/],
    [
      'an unknown patch',
      'use: meter-default',
      /:5: there is no patch "meter-default" \(did you mean meter-defaults\?\)/,
    ],
    ['the same match as another', 'for: { vendor: "nkt*" }\nknown: x', /:5: nkt is for the same charge points/],
    ['a guess that is not called one', 'evidence: sure\nknown: x', /evidence cannot be "sure"/],
  ])('with %s is refused', (_what, lines, wanted) => {
    const text = lines.startsWith('evidence') ? own(lines).replace('    evidence: capture\n', '') : own(lines);
    expect(faultsOf(text)).toEqual([expect.stringMatching(wanted)]);
  });

  test('needs to say why it is believed', () => {
    const text = 'profiles:\n  acme:\n    known: it is green\n';
    expect(faultsOf(text)).toEqual([
      'own.yaml:3: the profile acme needs `source` (why do we believe it?)',
      'own.yaml:3: the profile acme needs `evidence` (why do we believe it?)',
    ]);
  });

  test('cannot have the name of another, nor the word for none', () => {
    const named = (name: string) => own('known: x').replace('acme', name);
    expect(faultsOf(named('nkt'))).toEqual([expect.stringMatching(/there is another profile nkt/)]);
    expect(faultsOf(named('none'))).toEqual([expect.stringMatching(/a profile cannot be named none/)]);
  });
});

describe('rows of a profile', () => {
  const rows = (version: string, lines: string): string =>
    own(`rows:\n  "${version}":\n${lines.replace(/^/gm, '    ')}`);

  test.each([
    [
      'a field that is not there',
      rows(
        '1.5',
        'calls-of-the-charge-point:\n  BootNotification:\n    request:\n      - { write: chargePointSerial, too-long: cut, why: x }',
      ),
      [
        /own\.yaml:10: bootNotificationRequest has no field|own\.yaml:10: .* has no field "chargePointSerial" \(did you mean/,
      ],
    ],
    [
      'an operation that is not there',
      rows('1.5', 'calls-of-the-charge-point:\n  Boot:\n    request:\n      - { write: x, too-long: cut, why: x }'),
      [/own\.yaml:8: the table has no call of the charge point Boot/],
    ],
    [
      'a shape that is not there',
      rows('1.5', 'shapes:\n  sampel:\n    - { write: context, from: "@context", why: x }'),
      [/own\.yaml:8: the table has no shape sampel \(did you mean sample\?\)/],
    ],
    [
      'less care than the table takes',
      rows(
        '1.5',
        'calls-of-the-charge-point:\n  StartTransaction:\n    request:\n      - { write: idTag, too-long: cut, why: x }',
      ),
      [/own\.yaml:10: .*idTag is a tag: a long one needs an alias/],
    ],
    [
      'a loss that nobody knows',
      rows(
        '1.5',
        'calls-of-the-csms:\n  RemoteStartTransaction:\n    request:\n      - { drop: connectorId, loss: lost, why: x }\n      - { leave: connectorId, loss: lost, why: x }',
      ),
      [/own\.yaml:10: the loss code lost is not in the register/, /own\.yaml:11: the loss code lost/],
    ],
    [
      'a loss that others tell',
      rows(
        '1.5',
        'calls-of-the-csms:\n  RemoteStartTransaction:\n    request:\n      - { drop: connectorId, loss: ts-frac, why: x }\n      - { leave: connectorId, loss: start-any, why: x }',
      ),
      [/own\.yaml:10: the loss code ts-frac is told by the engine, not by tables or profiles/],
    ],
    [
      'a gap that it leaves',
      rows(
        '1.5',
        'calls-of-the-csms:\n  RemoteStartTransaction:\n    request:\n      - { drop: connectorId, loss: start-any, why: x }',
      ),
      [/own\.yaml:10: connectorId is written and dropped/],
    ],
    [
      'an operation that this version has from another',
      rows(
        '1.2',
        'calls-of-the-charge-point:\n  DataTransfer:\n    request:\n      - { write: data, as-is: true, why: x }',
      ),
      [/own\.yaml:8: its rows are those of 1\.5 \(patch them under "1\.5"\)/],
    ],
    [
      'an operation that the bridge answers itself',
      rows('1.5', 'calls-of-the-csms:\n  TriggerMessage:\n    request:\n      - { write: requestedMessage, why: x }'),
      [/own\.yaml:8: charge points of this version have no such call/],
    ],
    [
      'no row',
      rows('1.5', 'calls-of-the-charge-point:\n  BootNotification:\n    request: []'),
      [/own\.yaml:9: a list of rows without a row/],
    ],
    [
      'a row without a reason',
      rows(
        '1.5',
        'calls-of-the-charge-point:\n  BootNotification:\n    request:\n      - { write: chargePointSerialNumber, too-long: cut }',
      ),
      [/own\.yaml:10: .*`why` is missing/],
    ],
    ['another version', rows('1.4', 'shapes: {}'), [/own\.yaml:6: rows knows no "1\.4"/]],
  ])('with %s are refused', (_what, text, wanted) => {
    expect(faultsOf(text)).toEqual(wanted.map((pattern) => expect.stringMatching(pattern)));
  });

  test('of a named patch are checked though nobody uses it', () => {
    const text =
      'patches:\n  p:\n    why: x\n    rows:\n      "1.5":\n        shapes:\n          sample:\n            - { write: contxt, why: x }\n';
    expect(faultsOf(text)).toEqual([
      expect.stringMatching(/own\.yaml:8: MeterValues.*no field "contxt"/),
      expect.stringMatching(/own\.yaml:8: Stop.*no field "contxt"/),
    ]);
  });

  test('may only tell the losses of profiles where a profile tells them: tables may not', () => {
    const spoilt = tables.map((source) => ({
      ...source,
      text: source.text.replace('loss: start-conn', 'loss: start-any'),
    }));
    const messages = checkMappings(spoilt, contracts).faults.map(({ message }) => message);
    expect(messages).toContain('the loss code start-any is told by the profile, not by tables');
  });

  test('are not looked at while the tables themselves have faults, which would all be told again', () => {
    const spoilt = tables.map((source) => ({
      ...source,
      text: source.text.replace('too-long: keep-end', 'too-long: keep-start'),
    }));
    const alone = checkMappings(spoilt, contracts).faults;
    expect(checkMappings([...spoilt, ...profileFiles], contracts).faults).toEqual(alone);
  });
});
