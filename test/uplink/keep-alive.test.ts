import { describe, expect, it } from 'vitest';
import { KeepAlive } from '../../src/uplink/keep-alive.ts';
import { ManualClock } from '../base/manual-clock.ts';

class CountingPeer {
  pings = 0;
  cut = 0;
  ping = (): void => {
    this.pings += 1;
  };
  silent = (): void => {
    this.cut += 1;
  };
}

describe('keep-alive', () => {
  it('pings each peer at its own pace and cuts the one that stays silent', () => {
    const clock = new ManualClock();
    const keepAlive = new KeepAlive(clock, 100, 50);
    const [living, dead] = [new CountingPeer(), new CountingPeer()];
    keepAlive.add(living);
    clock.advance(30);
    keepAlive.add(dead);
    clock.advance(70);
    expect([living.pings, dead.pings]).toEqual([1, 0]);
    keepAlive.heard(living);
    clock.advance(80);
    expect([living.cut, dead.pings, dead.cut]).toEqual([0, 1, 1]);
    clock.advance(1_000);
    expect(dead.pings).toBe(1);
  });

  it('sets no timer for nobody, and none at all when it is off', () => {
    const clock = new ManualClock();
    const keepAlive = new KeepAlive(clock, 100, 50);
    const peer = new CountingPeer();
    keepAlive.add(peer);
    keepAlive.remove(peer);
    expect(clock.pending).toBe(0);
    new KeepAlive(clock, 0, 50).add(peer);
    expect(clock.pending).toBe(0);
  });

  it('gives every peer its time again after the process stood still', () => {
    const clock = new ManualClock();
    let stalled = 0;
    const stalling = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic() + stalled,
      after: (ms: number, run: () => void) => clock.after(ms, run),
    };
    const keepAlive = new KeepAlive(stalling, 100, 50);
    const peer = new CountingPeer();
    keepAlive.add(peer);
    clock.advance(100);
    stalled = 10_000;
    clock.advance(50);
    expect(peer.cut).toBe(0);
    clock.advance(50);
    expect(peer.cut).toBe(1);
  });

  it('waits for an interval longer than a timer can hold', () => {
    const waits: number[] = [];
    const clock = new ManualClock();
    const watched = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (ms: number, run: () => void) => {
        waits.push(ms);
        return clock.after(ms, run);
      },
    };
    const peer = new CountingPeer();
    new KeepAlive(watched, 9_999_999_000, 50).add(peer);
    clock.advance(9_999_999_000);
    expect(peer.pings).toBe(1);
    expect(Math.max(...waits)).toBeLessThan(2 ** 31);
  });
});
