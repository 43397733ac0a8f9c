import { describe, expect, it } from 'vitest';
import { ChargePointConfigs } from '../../src/app/config/charge-points.ts';
import { ConfigFaults } from '../../src/app/config/faults.ts';
import { loadConfig } from '../../src/app/config/load.ts';
import type { Config } from '../../src/app/config/schema.ts';
import { configWarnings } from '../../src/app/config/warnings.ts';
import { chargePointSettings, linkSettings, listenerSettings } from '../../src/app/settings.ts';
import { loadStationTables } from '../../src/mapping/station/load.ts';

/** Names of charge points at the CSMS. */

const CSMS = 'csms: { url: "ws://csms.example/ocpp", protocol: ocpp2.0.1 }\n';

function config(chargePoints: string, rest = ''): Config {
  return loadConfig({ text: `${CSMS}${rest}chargePoints: {${chargePoints}}`, env: {} });
}

function faults(chargePoints: string, rest = ''): string[] {
  try {
    config(chargePoints, rest);
  } catch (error) {
    if (error instanceof ConfigFaults) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('a name at the CSMS', () => {
  const named = config('"CP 1/a": { csms: { identity: CS-0001 } }');
  const all = new ChargePointConfigs(named);

  it('stands in the route, is the user of Basic and the Identity that the CSMS can read', () => {
    const withAuth = { ...named, csms: { ...named.csms, auth: { password: { reveal: () => 'secret' } } } };
    const links = linkSettings(withAuth as unknown as Config, all);
    expect(links.route('CP 1/a')).toMatchObject({ url: 'ws://csms.example/ocpp', identity: 'CS-0001' });
    expect(links.credentials('CP 1/a')).toEqual({ user: 'CS-0001', password: 'secret' });
    expect(links.credentials('CP2')).toEqual({ user: 'CP2', password: 'secret' });
    const { station } = chargePointSettings(named, all.of('CP 1/a'), loadStationTables);
    expect(station?.().link).toMatchObject({ identity: 'CS-0001' });
  });

  it('is no charge point of its own: one that comes with it is refused', () => {
    const { taken } = listenerSettings(named, all).identity ?? {};
    expect([taken?.('CS-0001'), taken?.('cs-0001'), taken?.('CP 1/a'), taken?.('CS-0002')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(() => linkSettings(named, all).route('CS-0001')).toThrow('not allowed');
  });

  it('may be the identity of a charge point that has another name, or another CSMS', () => {
    const others = config(
      'CP-1: { csms: { identity: CP-2 } }, CP-2: { csms: { identity: CP-3 } }, CP-9: { csms: { identity: "CP-8" } }, CP-8: { csms: { url: "ws://other.example/" } }',
    );
    const configs = new ChargePointConfigs(others);
    expect(['CP-1', 'CP-2', 'CP-8', 'CP-9'].map((identity) => configs.taken(identity))).toEqual(Array(4).fill(false));
    expect(configs.taken('CP-3')).toBe(true);
  });

  it.each(['"CS:1"', '"a b"', '""', '".."', 'x'.repeat(49)])('cannot be %s', (name) => {
    expect(faults(`CP-1: { csms: { identity: ${name} } }`)).toEqual([
      expect.stringMatching(/chargePoints\.CP-1\.csms\.identity: 1 to 48 letters/),
    ]);
  });

  it('belongs to one charge point, not to a pattern', () => {
    expect(faults('"CP-*": { csms: { identity: CS-1 } }')).toEqual([
      expect.stringMatching(/^configuration:2:\d+: chargePoints\.CP-\*\.csms\.identity: .*not for a pattern$/),
    ]);
  });

  it.each([
    ['two charge points have it', 'CP-1: { csms: { identity: CS-1 } }, CP-2: { csms: { identity: cs-1 } }', ''],
    ['another one is configured by it', 'CP-2: { csms: { identity: CP-1 } }, CP-1: { connectors: 2 }', ''],
    ['another one is served by it', 'CP-2: { csms: { identity: CP-1 } }', 'access: { allow: [CP-1, CP-2] }\n'],
    [
      'the URLs differ in nothing but a slash',
      'CP-1: { csms: { identity: CS-1, url: "ws://csms.example/ocpp/" } }, CP-2: { csms: { identity: CS-1 } }',
      '',
    ],
  ])('is complained of when %s', (_why, chargePoints, rest) => {
    expect(faults(chargePoints, rest)).toEqual([expect.stringMatching(/csms\.identity: the CSMS knows CP-\d by this/)]);
  });

  it('may be used again at another CSMS', () => {
    const two = 'CP-1: { csms: { identity: CS-1 } }, CP-2: { csms: { identity: CS-1, url: "ws://b.example/" } }';
    expect(faults(two)).toEqual([]);
  });
});

describe('an identity that OCPP 2.0.1 cannot write', () => {
  it('is warned of when the configuration names it', () => {
    expect(configWarnings(config('"00:80:F4": { connectors: 1 }, CP-1: { connectors: 1 }'))).toEqual([
      expect.stringContaining('"00:80:F4"'),
    ]);
    const many = Array.from({ length: 7 }, (_, i) => `"CP ${i}"`).join(', ');
    const [warning] = configWarnings(config('', `access: { allow: [${many}] }\n`));
    expect(warning).toContain('"CP 4" and 2 more');
  });

  it('is no matter when it has a name, or a CSMS of OCPP 1.6', () => {
    const fine = '"CP 1": { csms: { identity: CS-1 } }, "CP 2": { csms: { protocol: ocpp1.6 } }';
    expect(configWarnings(config(fine))).toEqual([]);
  });
});
