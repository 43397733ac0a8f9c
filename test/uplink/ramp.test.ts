import { expect, it } from 'vitest';
import { Ramp } from '../../src/uplink/ramp.ts';

it('a hundred thousand dials that fail at once do not overflow the stack', () => {
  const ramp = new Ramp(1);
  let dials = 0;
  const first = { dial: () => undefined };
  ramp.enter(first);
  for (let n = 0; n < 100_000; n++) {
    const failing = {
      dial: () => {
        dials += 1;
        ramp.leave(failing);
      },
    };
    ramp.enter(failing);
  }
  expect(dials).toBe(0);
  ramp.leave(first);
  expect(dials).toBe(100_000);
});
