import { PassThrough } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { runDemo } from '../../src/app/demo/demo.ts';
import { lossesIn } from '../../src/app/demo/losses.ts';
import type { JsonObject } from '../../src/base/message.ts';
import type { SoapContracts } from '../../src/contract/soap-contract.ts';
import { loadSoapContracts } from '../../src/contract/wsdl.ts';
import { startNaiveBridge } from './naive-bridge.ts';

let contracts: SoapContracts;
beforeAll(async () => {
  contracts = await loadSoapContracts('wsdl');
});

async function play(spoil?: (action: string, payload: JsonObject) => JsonObject) {
  const out = new PassThrough();
  const chunks: string[] = [];
  out.on('data', (chunk) => chunks.push(String(chunk)));
  const asked: { csmsUrl: string; storePath: string; allowCallbacks: string[] }[] = [];
  const code = await runDemo({
    once: true,
    out,
    startBridge: (options) => {
      asked.push(options);
      return startNaiveBridge(contracts, options.csmsUrl, spoil);
    },
  });
  return { code, text: chunks.join(''), asked };
}

describe('the demo', () => {
  it('plays a round with three charge points and ends well when both ends have the same books', async () => {
    const { code, text, asked } = await play();
    expect(text).toMatch(/✓ both ends have the same books/);
    expect(code).toBe(0);
    for (const identity of ['CP-12-OSLO', 'CP-15-BERN', 'CP-16-LYON'])
      expect(text).toMatch(new RegExp(`^ {2}${identity} +\\S+ +(\\d+) +=\\s+\\1$`, 'm'));
    expect(text).toContain('CSMS ▶ CP-15-BERN (OCPP 1.5)  RemoteStartTransaction');
    expect(text).toContain('[4, ');
    expect(text).toContain('enum-occupied 3');
    expect(asked[0]?.allowCallbacks).toContain('127.0.0.0/8');
  });

  it('fails when energy is lost on the way', async () => {
    const { code, text } = await play((action, payload) =>
      action === 'StopTransaction' ? { ...payload, meterStop: Number(payload['meterStop']) - 1 } : payload,
    );
    expect(code).toBe(1);
    expect(text).toContain('only at the CSMS: CP-12-OSLO');
    expect(text).not.toContain('✓');
  });
});

describe('the losses of a bridge', () => {
  it('are summed by code from its metrics, the most frequent first', () => {
    const metrics = [
      '# TYPE ocpp_bridge_losses_total counter',
      'ocpp_bridge_losses_total{code="hash",version="1.5"} 1',
      'ocpp_bridge_losses_total{version="1.2",code="enum-occupied"} 3',
      'ocpp_bridge_losses_total{version="1.5",code="enum-occupied"} 2',
      'ocpp_bridge_losses_total{version="1.6",code="dup"} 0',
      'ocpp_bridge_repeats_total{code="other"} 9',
    ].join('\n');
    expect([...lossesIn(metrics)]).toEqual([
      ['enum-occupied', 5],
      ['hash', 1],
    ]);
  });
});
