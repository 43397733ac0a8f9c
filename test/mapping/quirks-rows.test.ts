import { describe, expect, test } from 'vitest';
import type { SoapVersion } from '../../src/base/message.ts';
import { compileTables } from '../../src/mapping/compile.ts';
import type { DownAction, UpAction } from '../../src/mapping/translator.ts';
import { fakeMemory } from './fake-memory.ts';
import { codesOf, contracts, profileFiles, tables, valued } from './house.ts';

/** The translator of a charge point under a profile that says this. */
function under(lines: string, version: SoapVersion) {
  const text = `profiles:\n  own:\n    source: x\n    evidence: guess\n${lines.replace(/^/gm, '    ')}\n`;
  const { profiles } = compileTables([...tables, ...profileFiles, { file: 'own.yaml', text }], contracts);
  const translator = profiles.profileFor({ identity: 'CP-1' }, 'own').translator(version);
  const found = <T>(action: T | undefined): T => {
    if (!action) throw new Error('no such action');
    return action;
  };
  return {
    up: (name: string): UpAction => found(translator?.up.get(name)),
    down: (name: string): DownAction => found(translator?.down.get(name)),
  };
}

const memory = fakeMemory();

describe('rows of a profile', () => {
  test('take the place of the rows about the same field, and of no other', () => {
    const rows = `rows:
  "1.5":
    calls-of-the-charge-point:
      BootNotification:
        request:
          - { write: chargePointSerialNumber, too-long: cut, why: the head is unique here }`;
    const { up } = under(rows, '1.5');
    const serial = '12345678901234567890123456';
    const boot = {
      chargePointVendor: 'V',
      chargePointModel: 'M',
      chargePointSerialNumber: serial,
      chargeBoxSerialNumber: serial,
    };
    const translated = up('BootNotification').request(boot, memory);
    expect(valued(translated)).toMatchObject({
      chargePointSerialNumber: '1234567890123456789012345',
      chargeBoxSerialNumber: '2345678901234567890123456',
    });
    expect(codesOf(translated)).toEqual(['str-cut', 'str-tail']);
  });

  test('hold where another version borrows them', () => {
    const rows = `rows:
  "1.5":
    calls-of-the-charge-point:
      DataTransfer:
        request:
          - { write: messageId, too-long: cut, why: x }`;
    const { up } = under(rows, '1.2');
    const value = { vendorId: 'V', messageId: 'm'.repeat(60) };
    expect(valued(up('DataTransfer').request(value, memory))).toMatchObject({ messageId: 'm'.repeat(50) });
  });

  test('leave everyone else as they were', () => {
    const { profiles, translators } = compileTables([...tables, ...profileFiles], contracts);
    const nkt = profiles.profileFor({ identity: 'CP-1', vendor: 'NKT' });
    expect(nkt.translator('1.5')).toBe(translators.get('1.5'));
    expect(profiles.profileFor({ identity: 'CP-1' }).translator('1.2')).toBe(translators.get('1.2'));
    expect(profiles.profileFor({ identity: 'CP-1', vendor: 'NKT' }, 'none').profile).toBeUndefined();
  });
});

describe('the patch first-1.2-contract', () => {
  const start = { idTag: 'TAG', connectorId: 2 };

  test('leaves connectorId out of RemoteStartTransaction, and counts it', () => {
    const { down } = under('use: first-1.2-contract', '1.2');
    const translated = down('RemoteStartTransaction').request(start, memory);
    expect(valued(translated)).toEqual({ idTag: 'TAG' });
    expect(codesOf(translated)).toEqual(['start-any']);
    expect(codesOf(down('RemoteStartTransaction').request({ idTag: 'TAG' }, memory))).toEqual([]);
  });

  test('says nothing of other versions', () => {
    const { down } = under('use: first-1.2-contract', '1.5');
    expect(valued(down('RemoteStartTransaction').request(start, memory))).toEqual({ idTag: 'TAG', connectorId: '2' });
  });
});

describe('the patch meter-defaults', () => {
  const { up } = under('use: meter-defaults', '1.5');
  const sampled = (value: Record<string, string>) => {
    const message = { connectorId: '1', values: [{ timestamp: '2013-03-08T10:00:00Z', value: [value] }] };
    const translated = up('MeterValues').request(message, memory);
    const { meterValue } = valued(translated) as { meterValue: { sampledValue: unknown[] }[] };
    return { sample: meterValue[0]?.sampledValue[0], codes: codesOf(translated) };
  };

  test('writes out all five defaults of OCPP 1.5, and counts each', () => {
    expect(sampled({ '.': '7' })).toEqual({
      sample: {
        value: '7',
        context: 'Sample.Periodic',
        format: 'Raw',
        location: 'Outlet',
        measurand: 'Energy.Active.Import.Register',
        unit: 'Wh',
      },
      codes: ['mv-default', 'mv-default', 'mv-default', 'mv-default', 'mv-default'],
    });
  });

  test('does not call a temperature a number of watt-hours', () => {
    expect(sampled({ '.': '21', '@measurand': 'Temperature' }).sample).toEqual({
      ...{ value: '21', context: 'Sample.Periodic', format: 'Raw', location: 'Outlet', measurand: 'Temperature' },
    });
  });

  test('keeps what is said, in the words of 1.6', () => {
    const said = {
      ...{ '@context': 'Transaction.Begin', '@format': 'Raw', '@location': 'Inlet' },
      ...{ '@measurand': 'Current.Import', '@unit': 'Amp' },
    };
    expect(sampled({ '.': '7', ...said })).toEqual({
      sample: {
        ...{ value: '7', context: 'Transaction.Begin', format: 'Raw', location: 'Inlet' },
        ...{ measurand: 'Current.Import', unit: 'A' },
      },
      codes: [],
    });
  });
});

describe('the switch fraction', () => {
  const answer = (text: string, digits: number, version: SoapVersion) => {
    const action = under(`switches: { fraction: ${digits} }`, version).up('Heartbeat');
    const translated = action.answer({ currentTime: text }, memory);
    return [valued(translated)['currentTime'], ...codesOf(translated)];
  };

  test.each([
    ['2013-03-08T10:00:00Z', '2013-03-08T10:00:00.000Z'],
    ['2013-03-08T10:00:00.1Z', '2013-03-08T10:00:00.100Z'],
    ['2013-03-08T10:00:00.123Z', '2013-03-08T10:00:00.123Z'],
    ['2013-03-08T11:00:00.12+01:00', '2013-03-08T10:00:00.120Z', 'ts-offset'],
    ['2013-03-08T10:00:00.123456Z', '2013-03-08T10:00:00.123Z', 'ts-frac'],
    ['no time at all', '2013-03-08T10:00:00.000Z', 'ts-bad'],
  ])('3 writes %s with three digits, for every version', (text, ...wanted) => {
    expect(answer(text, 3, '1.5')).toEqual(wanted);
    expect(answer(text, 3, '1.6')).toEqual(wanted);
  });

  test('0 writes whole seconds to 1.6 too, and counts what is cut', () => {
    expect(answer('2013-03-08T10:00:00.123Z', 0, '1.6')).toEqual(['2013-03-08T10:00:00Z', 'ts-frac']);
    expect(answer('2013-03-08T10:00:00Z', 0, '1.6')).toEqual(['2013-03-08T10:00:00Z']);
  });

  test('does not change what charge points say', () => {
    const action = under('switches: { fraction: 0 }', '1.6').up('StartTransaction');
    const value = { connectorId: '1', idTag: 'T', meterStart: '0', timestamp: '2013-03-08T10:00:00.123Z' };
    expect(valued(action.request(value, memory))).toMatchObject({ timestamp: '2013-03-08T10:00:00.123Z' });
  });
});

describe('the switch tag-case', () => {
  const authorize = (idTag: string, way: string) => {
    const translated = under(`switches: { tag-case: ${way} }`, '1.5').up('Authorize').request({ idTag }, memory);
    return { tag: valued(translated)['idTag'], codes: codesOf(translated), translated };
  };

  test('writes tags to the CSMS in one case, and counts those that change', () => {
    expect(authorize('04aBc', 'upper')).toMatchObject({ tag: '04ABC', codes: ['tag-case'] });
    expect(authorize('04aBc', 'lower')).toMatchObject({ tag: '04abc', codes: ['tag-case'] });
    expect(authorize('04ABC', 'upper')).toMatchObject({ tag: '04ABC', codes: [] });
    expect(authorize('04aBc', 'as-is')).toMatchObject({ tag: '04aBc', codes: [] });
  });

  test('never tells the tag in the log', () => {
    expect(authorize('04aBc', 'upper').translated.losses).toMatchObject([{ code: 'tag-case', secret: true }]);
  });

  test('gives both spellings of a long tag the same stand-in', () => {
    const long = 'abcdefghijklmnopqrstuvwxyz';
    expect(authorize(long, 'upper').tag).toBe(authorize(long.toUpperCase(), 'upper').tag);
  });

  test('leaves other texts alone', () => {
    const { up } = under('switches: { tag-case: upper }', '1.5');
    const value = { chargePointVendor: 'Vendor', chargePointModel: 'm' };
    expect(valued(up('BootNotification').request(value, memory))).toMatchObject(value);
  });
});
