import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigFaults } from '../../src/app/config/faults.ts';
import { loadConfig } from '../../src/app/config/load.ts';
import type { Config } from '../../src/app/config/schema.ts';

const CSMS = 'csms: { url: "ws://127.0.0.1:9000/ocpp" }\n';

/** Parses a text that has a CSMS besides. */
function config(text: string, env: NodeJS.ProcessEnv = {}): Config {
  return loadConfig({ text: `${CSMS}${text}`, env });
}

function faultsOf(load: () => unknown): string[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigFaults) return error.message.split('\n');
    throw error;
  }
  return [];
}

const faults = (text: string, env: NodeJS.ProcessEnv = {}) => faultsOf(() => loadConfig({ text, env }));
/** Of a text that has a CSMS in its first line, so that it begins in line 2. */
const faultsBeside = (text: string, env: NodeJS.ProcessEnv = {}) => faults(`${CSMS}${text}`, env);

describe('The configuration', () => {
  it('takes the five lines that must always work', () => {
    const { soap, csms, store, admin, callbacks } = loadConfig({
      text: `
soap:      { listen: "127.0.0.1:8080" }
csms:      { url: "ws://127.0.0.1:9000/ocpp", protocol: ocpp1.6 }
store:     { path: "./data" }
admin:     { listen: "127.0.0.1:9090" }
callbacks: { allow: ["10.0.0.0/8"] }
`,
      env: {},
    });
    expect(soap.listen).toEqual({ host: '127.0.0.1', port: 8080 });
    expect(csms).toMatchObject({ url: 'ws://127.0.0.1:9000/ocpp', protocol: 'ocpp1.6' });
    expect(store).toEqual({ path: resolve('data'), memory: false });
    expect(admin.listen).toEqual({ host: '127.0.0.1', port: 9090 });
    expect(callbacks.allow).toEqual(['10.0.0.0/8']);
  });

  it('needs nothing but the URL of the CSMS, which a variable can give', () => {
    const { csms, soap, callbacks, log } = loadConfig({ env: { BRIDGE_CSMS_URL: 'wss://csms.example/ocpp' } });
    expect(csms.url).toBe('wss://csms.example/ocpp');
    expect(soap.answerWithin).toBe(20_000);
    expect(callbacks.allow).toEqual([]);
    expect(log).toEqual({ level: 'info', pretty: false, tags: 'redacted' });
    expect(faultsOf(() => loadConfig({ env: {} }))).toEqual(['configuration: csms.url: is missing']);
    expect(faults('')).toEqual(['configuration:1:1: csms.url: is missing']);
  });

  it.each([
    ['500ms', 500],
    ['20s', 20_000],
    ['1.5m', 90_000],
    ['12h', 43_200_000],
    ['7d', 604_800_000],
  ])('reads %s as a duration', (text, ms) => {
    expect(config(`soap: { answerWithin: ${text} }`).soap.answerWithin).toBe(ms);
  });

  it.each(['20', '"20"', '20 seconds', '-1s', '0s', '30d', '[]', 'true'])('does not take %s for a duration', (text) => {
    expect(faultsBeside(`soap: { answerWithin: ${text} }`)).toEqual([
      expect.stringMatching(/^configuration:2:9: soap\.answerWithin: .*(duration|24d).*/),
    ]);
  });

  it('takes no pings, and keeps repeats for longer than a timer can run', () => {
    expect(config('').csms.pingInterval).toBe(60_000);
    expect(
      loadConfig({ text: 'csms: { url: "ws://x", pingInterval: 0s }\nlimits: { repeatsKeptFor: 90d }', env: {} }),
    ).toMatchObject({
      csms: { pingInterval: 0 },
      limits: { repeatsKeptFor: 90 * 86_400_000 },
    });
  });

  it.each([
    ['1000', 1000],
    ['"1000"', 1000],
    ['512KiB', 524_288],
    ['4MiB', 4_194_304],
  ])('reads %s as a size', (text, bytes) => {
    expect(config(`soap: { maxBodyBytes: ${text} }`).soap.maxBodyBytes).toBe(bytes);
  });

  it.each([
    ['0.0.0.0:0', { host: '0.0.0.0', port: 0 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    ['localhost:80', { host: 'localhost', port: 80 }],
  ])('reads %s as an address to listen on', (text, address) => {
    expect(config(`soap: { listen: "${text}" }`).soap.listen).toEqual(address);
  });

  it.each(['8080', '":8080"', '"::1:8080"', '"host:65536"', '"host"', '"http://host:80"'])(
    'does not listen on %s',
    (text) => {
      expect(faultsBeside(`soap: { listen: ${text} }`)).toEqual([
        expect.stringContaining('soap.listen: an address such as'),
      ]);
    },
  );

  it.each(['http://x/ocpp', 'csms.example', 'ws://user:hunter2@x/', 'http://user:hunter2@x/', 'ws://x/#here', 'ws://'])(
    'does not take %s for the CSMS, and repeats no password',
    (url) => {
      const [fault, ...others] = faults(`csms: { url: "${url}" }`);
      expect(fault).toMatch(/^configuration:1:9: csms\.url: /);
      expect(fault).not.toContain('hunter2');
      expect(others).toEqual([]);
    },
  );

  it('reads ports and ranges of ports', () => {
    expect(config('callbacks: { ports: [80, "8000-8100", "443"] }').callbacks.ports).toEqual([
      80,
      { from: 8000, to: 8100 },
      443,
    ]);
    expect(faultsBeside('callbacks: { ports: [0, "9-3", "x", 70000] }')).toHaveLength(4);
  });

  it('counts keys without a value as absent', () => {
    expect(config('soap:\n  listen:\nlog:\n').soap.listen.port).toBe(8080);
  });

  it('reads anchors and merge keys', () => {
    const text = 'chargePoints:\n  A: &a { connectors: 2 }\n  B: *a\n  C: { <<: *a, version: 1.5 }\n';
    expect(config(text).chargePoints).toMatchObject({
      A: { connectors: 2 },
      B: { connectors: 2 },
      C: { connectors: 2, version: '1.5' },
    });
  });

  it('takes identities as they are written, although they look like numbers', () => {
    expect(Object.keys(config('chargePoints: { 007: {}, 1e3: {}, true: {} }').chargePoints)).toEqual([
      '007',
      '1e3',
      'true',
    ]);
  });

  it('takes versions with and without quotes', () => {
    const { chargePoints } = config('chargePoints: { A: { version: 1.2 }, B: { version: "1.6" } }');
    expect([chargePoints['A']?.version, chargePoints['B']?.version]).toEqual(['1.2', '1.6']);
    expect(faultsBeside('chargePoints: { A: { version: 2.0 } }')).toEqual([
      'configuration:2:22: chargePoints.A.version: one of 1.2, 1.5, 1.6 is wanted',
    ]);
  });

  it('takes only time zones that exist', () => {
    for (const zone of ['Europe/Berlin', 'UTC', '"+02:00"', '"-05:30"'])
      config(`chargePoints: { A: { timezone: ${zone} } }`);
    expect(faultsBeside('chargePoints: { A: { timezone: Europe/Berln } }')).toHaveLength(1);
  });
});

describe('A faulty configuration', () => {
  it('is told all at once, each fault with line, column and path', () => {
    const text = `
soap:
  listen: 8080
  answerWithn: 20s
csms:
  url: "ws://x"
  protocol: ocpp1.7
callbacks:
  allow: ["10.0.0.0/33"]
log: { level: loud, tags: 3 }
answerTimeout: 1s
`;
    expect(faults(text)).toEqual([
      expect.stringMatching(/^configuration:3:3: soap\.listen: /),
      'configuration:4:3: soap.answerWithn: there is no such key; did you mean answerWithin?',
      expect.stringMatching(/^configuration:7:3: csms\.protocol: .*ocpp1\.6.* is wanted, not "ocpp1\.7"/),
      expect.stringMatching(/^configuration:9:11: callbacks\.allow\.0: a network .* not "10\.0\.0\.0\/33"$/),
      'configuration:10:8: log.level: one of debug, info, warn, error, silent is wanted, not "loud"',
      'configuration:10:21: log.tags: one of redacted, plain is wanted, not 3',
      'configuration:11:1: answerTimeout: there is no such key; did you mean csms.answerTimeout?',
    ]);
  });

  it('with broken YAML is told with line and column', () => {
    expect(faults('soap: { listen: "x"\ncsms: {')[0]).toMatch(/^configuration:2:\d+: /);
    expect(faults('csms: {}\ncsms: {}')[0]).toMatch(/^configuration:2:1: .*unique/);
    expect(faults('csms: !secret x')[0]).toMatch(/^configuration:1:\d+: .*!secret/);
    expect(faults('- a\n- b')).toEqual(['configuration:1:1: a group of keys is wanted, not a list']);
  });

  it('names the file, also when there is none', () => {
    expect(faultsOf(() => loadConfig({ file: '/nowhere/bridge.yaml', env: {} }))).toEqual([
      expect.stringMatching(/^\/nowhere\/bridge\.yaml: the file cannot be read: ENOENT/),
    ]);
  });

  it('says which keys belong together', () => {
    expect(faultsBeside('soap: { identityFrom: { fallback: [path] } }')).toEqual([
      expect.stringContaining('soap.identityFrom.path: is missing: fallback names path'),
    ]);
    expect(faultsBeside('soap: { identityFrom: { path: /ocpp } }')).toEqual([expect.stringContaining('{identity}')]);
    expect(faultsBeside('chargePoints: { A: { basic: { user: x } } }')).toEqual([
      expect.stringContaining('chargePoints.A.basic: passwordFile or passwordEnv is missing'),
    ]);
    const backoff = faults('csms: { url: "ws://x", backoff: { first: 10m, max: 1m } }');
    expect(backoff).toEqual([expect.stringContaining('csms.backoff.max: must not be shorter than first')]);
  });

  it('asks for quotes where YAML reads a number', () => {
    expect(faultsBeside('access: { allow: [007] }')).toEqual([
      'configuration:2:19: access.allow.0: text is wanted, not 7 (put it in quotes)',
    ]);
  });
});

describe('Variables', () => {
  it('override the file, with numbers, switches and lists', () => {
    const { soap, callbacks, csms, log } = config('soap: { maxConnections: 1, listen: "h:1" }', {
      BRIDGE_SOAP_LISTEN: '0.0.0.0:8080',
      BRIDGE_SOAP_MAX_CONNECTIONS: '77',
      BRIDGE_SOAP_MAX_BODY_BYTES: '1MiB',
      BRIDGE_CALLBACKS_ALLOW: '10.0.0.0/8, 192.168.0.0/16',
      BRIDGE_CALLBACKS_PORTS: '80,8000-8100',
      BRIDGE_CSMS_TLS_INSECURE: 'true',
      BRIDGE_CSMS_BACKOFF_FIRST: '2s',
      BRIDGE_LOG_LEVEL: '',
      PATH: '/bin',
    });
    expect(soap).toMatchObject({
      listen: { host: '0.0.0.0', port: 8080 },
      maxConnections: 77,
      maxBodyBytes: 1_048_576,
    });
    expect(callbacks).toMatchObject({ allow: ['10.0.0.0/8', '192.168.0.0/16'], ports: [80, { from: 8000, to: 8100 }] });
    expect(csms).toMatchObject({ tls: { insecure: true }, backoff: { first: 2000 } });
    expect(log.level).toBe('info');
  });

  it('that nobody knows are faults, with a hint', () => {
    expect(
      config('', { BRIDGE_SERVICE_HOST: '10.0.0.1', BRIDGE_PORT: 'tcp://x', BRIDGE_PORT_8080_TCP_ADDR: 'x' }),
    ).toBeDefined();
    expect(faultsBeside('', { BRIDGE_CSMS_URI: 'x' })).toEqual([
      'environment: BRIDGE_CSMS_URI: there is no such setting; did you mean BRIDGE_CSMS_URL?',
    ]);
  });

  it('with a wrong value are named in the fault', () => {
    expect(faultsBeside('', { BRIDGE_SOAP_MAX_CONNECTIONS: 'many', BRIDGE_LOG_PRETTY: 'yes' })).toEqual([
      'environment BRIDGE_LOG_PRETTY: log.pretty: true or false is wanted, not "yes"',
      'environment BRIDGE_SOAP_MAX_CONNECTIONS: soap.maxConnections: a number is wanted, not "many"',
    ]);
  });
});

describe('Secrets and files', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  const load = (text: string, env: NodeJS.ProcessEnv = {}) => loadConfig({ file: at('bridge.yaml'), text, env });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-'));
    writeFileSync(at('password'), 'hunter2\n');
    writeFileSync(at('cert.pem'), '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n');
    writeFileSync(at('key.pem'), '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are read when the configuration is, next to the file that names them', () => {
    const { csms, soap, store } = load(
      'csms: { url: "wss://x", auth: { passwordFile: ./password } }\nsoap: { tls: { cert: cert.pem, key: key.pem } }',
    );
    expect(csms.auth?.password?.reveal()).toBe('hunter2');
    expect(soap.tls?.cert).toContain('BEGIN CERTIFICATE');
    expect(soap.tls?.key.reveal()).toContain('BEGIN PRIVATE KEY');
    expect(store.path).toBe(at('data'));
  });

  it('come from variables too, whatever these are called', () => {
    const text = 'csms: { url: "wss://x", auth: { user: bridge, passwordEnv: BRIDGE_PASSWORD } }';
    expect(load(text, { BRIDGE_PASSWORD: 'hunter2' }).csms.auth?.password?.reveal()).toBe('hunter2');
    expect(faultsOf(() => load(text))).toEqual([
      expect.stringContaining('csms.auth.passwordEnv: the environment variable BRIDGE_PASSWORD is not set'),
    ]);
    const env = { BRIDGE_CSMS_AUTH_PASSWORD_ENV: 'BRIDGE_PW', BRIDGE_PW: 'hunter2' };
    expect(load('csms: { url: "wss://x" }', env).csms.auth?.password?.reveal()).toBe('hunter2');
  });

  it('are never shown when the configuration is', () => {
    const shown = load(
      `csms: { url: "wss://x", auth: { passwordFile: password } }
soap: { tls: { cert: cert.pem, key: key.pem } }
chargePoints: { A: { csmsPasswordFile: password, basic: { user: u, passwordFile: password } } }`,
    );
    for (const text of [
      JSON.stringify(shown),
      inspect(shown, { depth: 10, showHidden: true }),
      `${shown.csms.auth?.password}`,
    ]) {
      expect(text).not.toContain('hunter2');
      expect(text).toContain('[redacted]');
    }
  });

  it('that are missing, empty, double or half are faults', () => {
    writeFileSync(at('empty'), '\n');
    const text = `
csms:
  url: "wss://x"
  auth: { passwordFile: nope }
  tls: { cert: password }
soap: { tls: { cert: cert.pem } }
mapping: { dir: nowhere }
chargePoints:
  A: { csmsPasswordFile: empty }
  B: { csmsPasswordFile: password, csmsPasswordEnv: PW }
`;
    const found = faultsOf(() => load(text, { PW: 'x' })).map((line) => line.slice(at('bridge.yaml').length + 1));
    expect(found).toEqual([
      `4:11: csms.auth.passwordFile: there is no such file: ${at('nope')}`,
      `5:10: csms.tls.cert: the file holds no PEM: ${at('password')}`,
      '6:9: soap.tls.key: is missing',
      `7:12: mapping.dir: there is no such directory: ${at('nowhere')}`,
      `9:8: chargePoints.A.csmsPasswordFile: the file is empty: ${at('empty')}`,
      '10:36: chargePoints.B.csmsPasswordEnv: either csmsPasswordFile or csmsPasswordEnv, not both',
    ]);
  });
});
