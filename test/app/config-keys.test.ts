import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ChargePointConfigs } from '../../src/app/config/charge-points.ts';
import { variables } from '../../src/app/config/environment.ts';
import { distance, nearest } from '../../src/app/config/hints.ts';
import { configJsonSchema } from '../../src/app/config/json-schema.ts';
import { configKeys, keyAt, walk } from '../../src/app/config/keys.ts';
import { loadConfig } from '../../src/app/config/load.ts';
import { configPage } from '../../src/app/config/page.ts';

describe('The keys of the configuration', () => {
  const keys = [...walk(configKeys())];

  it('have each a type and a meaning', () => {
    expect(keys.length).toBeGreaterThan(80);
    for (const { path, type, kind, description } of keys.filter((key) => !key.path.endsWith('*'))) {
      expect(description, path).toMatch(/^[A-Z].*\.$/);
      if (kind !== 'object' && kind !== 'map') expect(type, path).not.toBe('');
    }
  });

  it('are all in the documentation, and nothing else (write it with `npx vitest run -u test/app/config-keys.test.ts`)', async () => {
    const page = configPage();
    for (const { path } of keys) expect(page).toContain(path.replace('.*.', '.<identity>.').replace('.*', ''));
    await expect(page).toMatchFileSnapshot('../../docs/config.md');
  });

  it('have each their own variable, but for maps', () => {
    const single = keys.filter(({ path, kind }) => !path.includes('*') && kind !== 'object' && kind !== 'map');
    expect(variables().size).toBe(single.length);
    expect(variables().get('BRIDGE_SOAP_MAX_BODY_BYTES')?.path).toBe('soap.maxBodyBytes');
  });

  it('are found by path, whatever a map is given as names', () => {
    expect(keyAt(['chargePoints', 'CP 1', 'tls', 'legacy'])?.path).toBe('chargePoints.*.tls.legacy');
    expect(keyAt(['soap', 'nothing'])).toBeUndefined();
  });

  it('have defaults that the loader gives', () => {
    const config = loadConfig({ text: 'csms: { url: "ws://x" }', env: {} }) as unknown as Record<string, unknown>;
    for (const { path, fallback, type, kind } of keys) {
      const plain = typeof fallback !== 'object' && !['duration', 'size', 'host:port', 'directory'].includes(type);
      if (fallback === undefined || path.includes('*') || path.startsWith('soap.tls.') || kind === 'object' || !plain)
        continue;
      const value = path.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], config);
      expect(value, path).toBe(fallback);
    }
  });
});

describe('The schema for editors', () => {
  const check = new Ajv2020({ strict: false }).compile(configJsonSchema());

  it('takes what the loader takes and refuses unknown keys and wrong types', () => {
    const good =
      'soap: { listen: "127.0.0.1:0", maxBodyBytes: 4MiB }\ncsms: { url: "ws://x" }\nchargePoints: { A: { version: 1.5 } }';
    expect(check(parse(good))).toBe(true);
    expect(check(parse('csms: { url: "ws://x", urll: x }'))).toBe(false);
    expect(check(parse('csms: { url: 3 }'))).toBe(false);
    expect(check(parse('csms: {}'))).toBe(false);
  });

  it('has the meaning of every key', () => {
    expect(JSON.stringify(configJsonSchema())).toContain('Address of the CSMS.');
  });
});

describe('Settings of one charge point', () => {
  const configs = (text: string) =>
    new ChargePointConfigs(loadConfig({ text: `csms: { url: "ws://x" }\n${text}`, env: {} }));

  it('are the general ones when nothing is said', () => {
    expect(configs('behaviour: { connector0: true }').of('CP1').behaviour).toMatchObject({
      connector0: true,
      synthesisedStatuses: true,
    });
  });

  it('come from all entries that fit: later over earlier, its own over patterns', () => {
    const found = configs(`
chargePoints:
  EVB-1: { connectors: 1, omitFrom: true }
  "EVB*": { connectors: 2, version: 1.2, behaviour: { fillConnector: true, connector0: true } }
  "*-1": { version: 1.5, behaviour: { connector0: false } }
  "X*": { timezone: Europe/Berlin }
`).of('EVB-1');
    expect(found).toMatchObject({ connectors: 1, omitFrom: true, version: '1.5' });
    expect(found.behaviour).toMatchObject({ fillConnector: true, connector0: false, synthesisedStatuses: true });
    expect(found.timezone).toBeUndefined();
  });

  it('take patterns literally but for the star', () => {
    const found = configs('chargePoints: { "CP.(1)*": { connectors: 3 } }');
    expect(found.of('CP.(1)\nx').connectors).toBe(3);
    expect(found.of('CPx(1)').connectors).toBeUndefined();
  });
});

describe('A guess', () => {
  it('counts letters added, dropped, changed or swapped', () => {
    expect(distance('listen', 'listen')).toBe(0);
    expect(distance('lsiten', 'listen')).toBe(1);
    expect(distance('listn', 'listen')).toBe(1);
    expect(distance('', 'abc')).toBe(3);
  });

  it('is only made when it is near', () => {
    expect(nearest('LISTN', ['listen', 'tls'])).toBe('listen');
    expect(nearest('colour', ['listen', 'tls'])).toBeUndefined();
  });
});
