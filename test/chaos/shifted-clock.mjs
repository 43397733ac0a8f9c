import { readFileSync } from 'node:fs';

/**
 * Loaded before the bridge (`--import`): its wall clock is off by as many milliseconds as the file that CHAOS_CLOCK names
 * says at the moment. What the operating system calls the monotonic clock goes on as ever.
 */
const file = process.env['CHAOS_CLOCK'] ?? '';
const LOOK_EVERY = 20;
const RealDate = Date;
const realNow = Date.now.bind(Date);
let offset = 0;
let looked = Number.NEGATIVE_INFINITY;

function now() {
  const at = performance.now();
  if (at - looked > LOOK_EVERY) {
    looked = at;
    offset = Number(readFileSync(file, 'utf8')) || 0;
  }
  return realNow() + offset;
}

RealDate.now = now;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
});
