import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Conversation } from '../../src/app/demo/conversation.ts';
import { screenFor } from '../../src/app/demo/paint.ts';
import { prettyFrame } from '../../src/app/demo/pretty-frame.ts';
import { prettyBody } from '../../src/app/demo/pretty-xml.ts';
import type { Json } from '../../src/base/message.ts';
import { FakeClock } from './fake-clock.ts';

function envelope(body: string): string {
  return `<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:o="urn://Ocpp/Cs/2012/06/"><s:Header><o:chargeBoxIdentity>CP-1</o:chargeBoxIdentity></s:Header><s:Body>${body}</s:Body></s:Envelope>`;
}

function stage(options: { columns?: number; environment?: NodeJS.ProcessEnv; maxLines?: number } = {}) {
  const out = new PassThrough();
  if (options.columns) Object.assign(out, { isTTY: true, columns: options.columns });
  const chunks: string[] = [];
  out.on('data', (chunk) => chunks.push(String(chunk)));
  const clock = new FakeClock();
  const conversation = new Conversation({
    screen: screenFor(out, options.environment ?? { NO_COLOR: '1' }),
    clock,
    grace: 300,
    ...(options.maxLines && { maxLines: options.maxLines }),
  });
  const soap = (direction: 'up' | 'down', part: 'call' | 'answer', action: string, text: string, exchange = '1') =>
    conversation.soap({ identity: 'CP-1', version: '1.5', direction, part, action, text, exchange });
  const json = (direction: 'up' | 'down', part: 'call' | 'answer', action: string, frame: Json[]) =>
    conversation.json({ identity: 'CP-1', direction, part, action, frame });
  return { conversation, clock, soap, json, told: () => chunks.join('') };
}

const call = envelope('<o:authorizeRequest><o:idTag>TAG</o:idTag></o:authorizeRequest>');
const answer = envelope(
  '<o:authorizeResponse><o:idTagInfo><o:status>Accepted</o:status></o:idTagInfo></o:authorizeResponse>',
);

describe('the readable conversation', () => {
  it('tells a call of the charge point in the order in which it happened', () => {
    const { soap, json, told } = stage();
    soap('up', 'call', 'Authorize', call);
    json('up', 'call', 'Authorize', [2, 'a', 'Authorize', { idTag: 'TAG' }]);
    json('up', 'answer', 'Authorize', [3, 'a', { idTagInfo: { status: 'Accepted' } }]);
    expect(told()).toBe('');
    soap('up', 'answer', 'Authorize', answer);
    expect(
      told()
        .split('\n')
        .map((line) => line.trimEnd()),
    ).toEqual([
      '',
      expect.stringMatching(/^CP-1 \(OCPP 1\.5\) ▶ CSMS {2}Authorize .* 0 ms$/),
      '  → soap │ <authorizeRequest><idTag>TAG</idTag></authorizeRequest>',
      '  → json │ [2, "a", "Authorize", { "idTag": "TAG" }]',
      '  ← json │ [3, "a", { "idTagInfo": { "status": "Accepted" } }]',
      '  ← soap │ <authorizeResponse>',
      '         │   <idTagInfo><status>Accepted</status></idTagInfo>',
      '         │ </authorizeResponse>',
      '',
    ]);
  });

  it('puts SOAP and JSON side by side on a wide terminal', () => {
    const { soap, json, told } = stage({ columns: 130 });
    soap('up', 'call', 'Authorize', call);
    json('up', 'call', 'Authorize', [2, 'a', 'Authorize', { idTag: 'TAG' }]);
    json('up', 'answer', 'Authorize', [3, 'a', { idTagInfo: { status: 'Accepted' } }]);
    soap('up', 'answer', 'Authorize', answer);
    expect(told()).toMatch(
      /^ {2}<authorizeRequest><idTag>TAG<\/idTag><\/authorizeRequest> +→ {2}\[2, "a", "Authorize", \{ "idTag": "TAG" \}\]$/m,
    );
    expect(told()).toMatch(/^ {2}<authorizeResponse> +← {2}\[3, "a", /m);
    for (const line of told().split('\n')) expect(line.length).toBeLessThanOrEqual(130);
  });

  it('tells a command with the JSON around the SOAP', () => {
    const { soap, json, told } = stage();
    json('down', 'call', 'ClearCache', [2, 'x', 'ClearCache', {}]);
    soap('down', 'call', 'ClearCache', envelope('<o:clearCacheRequest/>'));
    soap(
      'down',
      'answer',
      'ClearCache',
      envelope('<o:clearCacheResponse><o:status>Accepted</o:status></o:clearCacheResponse>'),
    );
    json('down', 'answer', 'ClearCache', [3, 'x', { status: 'Accepted' }]);
    const sides = [...told().matchAll(/[→←] (?:soap|json)/g)].map(([side]) => side);
    expect(sides).toEqual(['← json', '← soap', '→ soap', '→ json']);
    expect(told()).toContain('CSMS ▶ CP-1');
  });

  it('says that the charge point was not asked when the bridge refuses for it', () => {
    const { json, told } = stage();
    json('down', 'call', 'ReserveNow', [2, 'x', 'ReserveNow', {}]);
    json('down', 'answer', 'ReserveNow', [4, 'x', 'NotSupported', 'OCPP 1.2 has no ReserveNow', {}]);
    expect(told()).toContain('(the charge point is not asked: the bridge answers)');
    expect(told()).toContain('[4, "x", "NotSupported", "OCPP 1.2 has no ReserveNow", {}]');
  });

  it('waits for the JSON of a call that the bridge has answered from its store', () => {
    const { soap, json, clock, told } = stage();
    soap('up', 'call', 'Authorize', call);
    soap('up', 'answer', 'Authorize', answer);
    clock.pass(299);
    expect(told()).toBe('');
    json('up', 'call', 'Authorize', [2, 'a', 'Authorize', { idTag: 'TAG' }]);
    clock.pass(1000);
    expect(told()).toBe('');
    json('up', 'answer', 'Authorize', [3, 'a', {}]);
    expect(told()).toContain('[2, "a", "Authorize"');
  });

  it('says that the bridge answered by itself when no JSON follows', () => {
    const { soap, clock, told, conversation } = stage();
    soap('up', 'call', 'Authorize', call);
    soap('up', 'answer', 'Authorize', answer);
    clock.pass(300);
    expect(told()).toContain('(the bridge answers by itself)');
    expect(conversation.told).toBe(1);
  });

  it('tells what the bridge says on its own as its own exchange', () => {
    const { soap, json, told, conversation } = stage();
    soap(
      'up',
      'call',
      'StatusNotification',
      envelope('<o:statusNotificationRequest><o:connectorId>1</o:connectorId></o:statusNotificationRequest>'),
    );
    json('up', 'call', 'StatusNotification', [2, 'a', 'StatusNotification', { connectorId: 2 }]);
    json('up', 'answer', 'StatusNotification', [3, 'a', {}]);
    expect(conversation.told).toBe(1);
    expect(told()).toContain('(the bridge says this for the charge point)');
  });

  it('does not take what the bridge says in between for the message it has just got', () => {
    const { soap, json, told } = stage();
    const status = (word: string, timestamp: string) => ({ connectorId: 1, status: word, timestamp });
    soap(
      'up',
      'call',
      'StatusNotification',
      envelope(
        '<o:statusNotificationRequest><o:connectorId>1</o:connectorId><o:status>Available</o:status><o:timestamp>2024-05-01T08:00:01.000Z</o:timestamp></o:statusNotificationRequest>',
      ),
    );
    const finishing = status('Finishing', '2024-05-01T08:00:00Z');
    json('up', 'call', 'StatusNotification', [2, 'own', 'StatusNotification', finishing]);
    json('up', 'call', 'StatusNotification', [
      2,
      'its',
      'StatusNotification',
      status('Available', '2024-05-01T08:00:01Z'),
    ]);
    json('up', 'answer', 'StatusNotification', [3, 'own', {}]);
    expect(told()).toContain('"Finishing"');
    expect(told()).not.toContain('"Available"');
    json('up', 'answer', 'StatusNotification', [3, 'its', {}]);
    soap('up', 'answer', 'StatusNotification', envelope('<o:statusNotificationResponse/>'));
    expect(told().indexOf('<status>Available')).toBeLessThan(told().indexOf('"Available"'));
  });

  it('shows every SOAP call that one command needed', () => {
    const { soap, json, told } = stage();
    json('down', 'call', 'ClearCache', [2, 'x', 'ClearCache', {}]);
    soap('down', 'call', 'ClearCache', envelope('<o:clearCacheRequest/>'), 'first');
    soap('down', 'answer', 'ClearCache', envelope('<o:clearCacheResponse/>'), 'first');
    soap('down', 'call', 'ClearCache', envelope('<o:clearCacheRequest/>'), 'second');
    soap('down', 'answer', 'ClearCache', envelope('<o:clearCacheResponse/>'), 'second');
    json('down', 'answer', 'ClearCache', [3, 'x', { status: 'Accepted' }]);
    expect(told().match(/clearCacheRequest/g)).toHaveLength(2);
  });

  it('cuts a long message and says how much is missing', () => {
    const { soap, clock, told } = stage({ maxLines: 4 });
    const many = '<o:key>k</o:key>'.repeat(20);
    soap(
      'down',
      'call',
      'GetConfiguration',
      envelope(`<o:getConfigurationRequest>${many}</o:getConfigurationRequest>`),
    );
    soap('down', 'answer', 'GetConfiguration', envelope('<o:getConfigurationResponse/>'));
    clock.pass(300);
    expect(told()).toContain('… 18 more lines');
    expect(told().match(/<key>/g)).toHaveLength(3);
  });

  it('colours only a terminal without NO_COLOR', () => {
    const colour = String.fromCharCode(27);
    for (const [options, coloured] of [
      [{ columns: 80, environment: {} }, true],
      [{ columns: 80, environment: { NO_COLOR: '' } }, false],
      [{ environment: {} }, false],
    ] as const) {
      const { soap, clock, told } = stage(options);
      soap('up', 'call', 'Authorize', call);
      soap('up', 'answer', 'Authorize', 'HTTP 503');
      clock.pass(300);
      expect(told().includes(colour)).toBe(coloured);
    }
  });

  it('settles when everything seen has been told', async () => {
    const { soap, clock, conversation } = stage();
    await conversation.settled(5_000);
    soap('up', 'call', 'Authorize', call);
    soap('up', 'answer', 'Authorize', answer);
    const settled = conversation.settled(5_000);
    clock.pass(300);
    await settled;
    expect(conversation.told).toBe(1);
  });
});

describe('pretty messages', () => {
  it('shows the body without namespaces, with attributes and empty elements', () => {
    const body = '<o:values xmlns:x="y"><o:value unit="Wh">12</o:value><o:info></o:info><o:note/></o:values>';
    expect(prettyBody(envelope(body), 80)).toEqual([
      '<values>',
      '  <value unit="Wh">12</value>',
      '  <info/>',
      '  <note/>',
      '</values>',
    ]);
  });

  it('shows what is no envelope as it is', () => {
    expect(prettyBody('HTTP 503', 80)).toEqual(['HTTP 503']);
  });

  it('keeps small elements on one line where they fit', () => {
    const body = '<o:conf><o:key><o:name>A</o:name><o:value>1</o:value></o:key><o:other>text</o:other></o:conf>';
    expect(prettyBody(envelope(body), 80)).toEqual([
      '<conf>',
      '  <key><name>A</name><value>1</value></key>',
      '  <other>text</other>',
      '</conf>',
    ]);
    expect(prettyBody(envelope(body), 20)).toHaveLength(7);
  });

  it('breaks a frame only where it does not fit', () => {
    const frame: Json[] = [
      2,
      '0123456789abcdef',
      'A',
      { one: 1, list: [{ a: 'x' }, { b: 'y' }], deep: { text: 'some long text' } },
    ];
    expect(prettyFrame(frame, 40)).toEqual([
      '[2, "01234567…", "A", {',
      '  "one": 1,',
      '  "list": [{ "a": "x" }, { "b": "y" }],',
      '  "deep": { "text": "some long text" }',
      '}]',
    ]);
  });

  it('keeps the brackets of a list of one together and fills lines with the fields of small objects', () => {
    const sample = { value: '12345', measurand: 'Power.Active.Import', unit: 'W' };
    expect(prettyFrame([2, 'id', 'A', { meterValue: [{ at: 'now', sampledValue: [sample, sample] }] }], 44)).toEqual([
      '[2, "id", "A", {',
      '  "meterValue": [{',
      '    "at": "now",',
      '    "sampledValue": [',
      '      { "value": "12345",',
      '        "measurand": "Power.Active.Import",',
      '        "unit": "W" },',
      '      { "value": "12345",',
      '        "measurand": "Power.Active.Import",',
      '        "unit": "W" }',
      '    ]',
      '  }]',
      '}]',
    ]);
  });
});
