import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { type Admin, openAdmin } from '../../src/app/admin.ts';
import { loadConfig } from '../../src/app/config/load.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(ROOT + path, 'utf8');

const names = z.record(z.string(), z.string());
const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const container = z.object({
  name: z.string(),
  image: z.string(),
  ports: z.array(z.object({ name: z.string(), containerPort: z.int() })),
});
const bridgeContainer = container.extend({
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  resources: z.object({ requests: names, limits: names }),
  securityContext: z.record(z.string(), z.unknown()),
});
const statefulSet = z.object({
  spec: z.object({
    replicas: z.int(),
    serviceName: z.string(),
    selector: z.object({ matchLabels: names }),
    template: z.object({
      metadata: z.object({ labels: names }),
      spec: z.object({
        terminationGracePeriodSeconds: z.int(),
        enableServiceLinks: z.boolean(),
        securityContext: z.record(z.string(), z.unknown()),
        containers: z.tuple([container, bridgeContainer]),
        volumes: z.array(z.object({ name: z.string() })),
      }),
    }),
    volumeClaimTemplates: z.array(z.object({ metadata: z.object({ name: z.string() }) })),
  }),
});
const service = z.object({
  metadata: z.object({ name: z.string(), annotations: names.optional() }),
  spec: z.object({
    selector: names,
    ports: z.array(z.object({ port: z.int(), targetPort: z.string() })),
  }),
});

const documents = parseAllDocuments(read('deploy/kubernetes/sidecar.yaml'));
const objects = documents.map((document) => z.looseObject({ kind: z.string() }).parse(document.toJS()));
const ofKind = (kind: string) => objects.filter((object) => object.kind === kind);

const { spec } = statefulSet.parse(ofKind('StatefulSet')[0]);
const pod = spec.template.spec;
const [, bridge] = pod.containers;
const services = ofKind('Service').map((object) => service.parse(object));
const portOf = (name: string) => bridge.ports.find((port) => port.name === name)?.containerPort;
const mountOf = (name: string) => bridge.volumeMounts.find((mount) => mount.name === name)?.mountPath;

const { data } = z.object({ data: names }).parse(ofKind('ConfigMap')[0]);
const { stringData } = z.object({ stringData: names }).parse(ofKind('Secret')[0]);

let directory: string;
let config: ReturnType<typeof loadConfig>;
let admin: Admin;

beforeAll(async () => {
  directory = mkdtempSync(`${tmpdir()}/sidecar-`);
  for (const [name, text] of Object.entries(stringData)) writeFileSync(`${directory}/${name}`, text);
  const text = (data['bridge.yaml'] ?? '').replaceAll(`${mountOf('secrets')}/`, `${directory}/`);
  config = loadConfig({ text, env: {} });
  admin = await openAdmin(
    { host: '127.0.0.1', port: 0 },
    {
      metrics: async () => ({ contentType: 'text/plain', text: '' }),
      notReady: () => undefined,
      losses: (identity = '') => ({ identity, total: 0, losses: [] }),
    },
  );
});

afterAll(async () => {
  await admin.close();
  rmSync(directory, { recursive: true });
});

describe('the sidecar example', () => {
  test('is good YAML, and holds every object it needs', () => {
    expect(documents.flatMap((document) => [...document.errors, ...document.warnings])).toEqual([]);
    expect(objects.map(({ kind }) => kind).sort()).toEqual([
      'ConfigMap',
      'NetworkPolicy',
      'Secret',
      'Service',
      'Service',
      'StatefulSet',
    ]);
  });

  test('has a configuration that the bridge accepts, and listens where the ports say', () => {
    expect(config.csms).toMatchObject({ url: 'ws://127.0.0.1:9000/ocpp', protocol: 'ocpp1.6' });
    expect(config.csms.auth?.password?.reveal()).toBe(stringData['csms-password']);
    expect(config.soap.listen).toEqual({ host: '0.0.0.0', port: portOf('soap') });
    expect(config.admin.listen).toEqual({ host: '0.0.0.0', port: portOf('admin') });
    expect(config.store).toMatchObject({ path: mountOf('data'), memory: false });
    expect(config.callbacks.allow.length).toBeGreaterThan(0);
  });

  test('mounts the configuration where the image looks for it, and every mount has its volume', () => {
    const file = /"--config", "([^"]+)"/.exec(read('deploy/Dockerfile'))?.[1];
    expect(Object.keys(data).map((name) => `${mountOf('config')}/${name}`)).toEqual([file]);
    const volumes = [...pod.volumes, ...spec.volumeClaimTemplates.map(({ metadata }) => metadata)].map(
      ({ name }) => name,
    );
    expect(bridge.volumeMounts.map(({ name }) => name).sort()).toEqual(volumes.sort());
  });

  test('probes and scrapes paths that the admin port serves', async () => {
    const probes = [bridge.startupProbe, bridge.livenessProbe, bridge.readinessProbe].map(({ httpGet }) => httpGet);
    expect(probes.map(({ port }) => port)).toEqual(['admin', 'admin', 'admin']);
    expect(probes.map(({ path }) => path)).toEqual(['/livez', '/livez', '/readyz']);
    const annotations: Record<string, string> =
      services.find(({ metadata }) => metadata.annotations)?.metadata.annotations ?? {};
    expect(annotations).toMatchObject({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': String(portOf('admin')),
    });
    for (const path of [...probes.map((probed) => probed.path), annotations['prometheus.io/path']]) {
      expect((await fetch(`http://${admin.address}${path}`)).status, path).toBe(200);
    }
  });

  test('leaves more time to end than the bridge takes to drain', () => {
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(config.drain.within + 5000);
  });

  test('runs one replica, since the embedded store has one owner', () => {
    expect(spec.replicas).toBe(1);
  });

  test('gives the bridge no rights it does not need', () => {
    const [user, group] = /^USER (\d+):(\d+)$/m.exec(read('deploy/Dockerfile'))?.slice(1).map(Number) ?? [];
    expect(bridge.securityContext).toMatchObject({
      runAsUser: user,
      runAsGroup: group,
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.securityContext).toMatchObject({ fsGroup: group, seccompProfile: { type: 'RuntimeDefault' } });
  });

  test('connects selectors, services and policies to the pod', () => {
    const labels = spec.template.metadata.labels;
    expect(spec.selector.matchLabels).toEqual(labels);
    expect(services.map((each) => each.spec.selector)).toEqual([labels, labels]);
    expect(services.map(({ metadata }) => metadata.name)).toContain(spec.serviceName);
    const policy = z
      .object({
        spec: z.object({
          podSelector: z.object({ matchLabels: names }),
          ingress: z.array(
            z.object({ ports: z.array(z.object({ port: z.string() })), from: z.array(z.unknown()).optional() }),
          ),
        }),
      })
      .parse(ofKind('NetworkPolicy')[0]);
    expect(policy.spec.podSelector.matchLabels).toEqual(labels);
    const open = policy.spec.ingress.filter(({ from }) => from === undefined);
    expect(open.flatMap(({ ports }) => ports.map(({ port }) => port)).sort()).toEqual(['ocppj', 'soap']);
    const named = pod.containers.flatMap(({ ports }) => ports.map(({ name }) => name));
    for (const { ports } of policy.spec.ingress) for (const { port } of ports) expect(named).toContain(port);
    for (const { ports } of services.map((each) => each.spec)) {
      for (const { targetPort } of ports) expect(named).toContain(targetPort);
    }
  });

  test('names the image by the version of the package', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(bridge.image.endsWith(`:${version}`)).toBe(true);
  });
});
