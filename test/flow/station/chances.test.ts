import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ErrorCode } from '../../../src/base/errors.ts';
import type { JsonObject } from '../../../src/base/message.ts';
import { withStation } from '../../../src/flow/station/rules.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import { type Frame, World } from './world.ts';

/** What must hold of boots, statuses and errors whatever happens, in any order, over links that come and go. */

const STATUSES = ['Available', 'Preparing', 'Charging', 'Finishing', 'Reserved', 'Unavailable', 'Faulted'] as const;
const ERRORS = ['NoError', 'NoError', 'GroundFailure', 'OverVoltage', 'UnderVoltage', 'WeakSignal', 'OtherError'];
const CONNECTORS = 2;

type Op = (world: World) => void;

/** Each connector an EVSE, or both on one. */
const evses = fc.constantFrom<StationSettings['evses']>([], [{ connectors: [2, 1] }]);

const status = fc
  .record({
    connectorId: fc.integer({ min: 0, max: CONNECTORS }),
    status: fc.constantFrom(...STATUSES),
    errorCode: fc.constantFrom(...ERRORS),
  })
  .map(
    (request): Op =>
      (world) =>
        world.says('StatusNotification', request),
  );

const boot = (status: string, interval = 60): JsonObject => ({
  ...{ status, interval, currentTime: '2024-03-09T10:00:00Z' },
});

function answer(world: World, registration: string): void {
  if (world.asked?.action === 'BootNotification') world.answers201(boot(registration));
  else if (world.asked?.action === 'Heartbeat') world.answers201({ currentTime: '2024-03-09T10:00:00Z' });
  else if (world.asked) world.answers201({});
}

const chance = (...refusals: ErrorCode[]): fc.Arbitrary<Op> =>
  fc.oneof(
    { weight: 8, arbitrary: status },
    {
      weight: 8,
      arbitrary: fc.constantFrom('Accepted', 'Accepted', 'Accepted', 'Pending', 'Rejected').map(
        (word): Op =>
          (world) =>
            answer(world, word),
      ),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom(...refusals).map(
        (code): Op =>
          (world) =>
            world.refuses({ code, reason: '' }),
      ),
    },
    { weight: 1, arbitrary: fc.constant<Op>((world) => world.says('BootNotification', BOOT)) },
    { weight: 1, arbitrary: fc.constant<Op>((world) => world.says('Heartbeat', {})) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(0, 0, 1).map(
        (slot): Op =>
          (world) =>
            world.open(slot),
      ),
    },
    { weight: 1, arbitrary: fc.constant<Op>((world) => world.close()) },
    { weight: 1, arbitrary: fc.constant<Op>((world) => world.expire()) },
    {
      weight: 3,
      arbitrary: fc.integer({ min: 1, max: 400_000 }).map(
        (ms): Op =>
          (world) =>
            world.pass(ms),
      ),
    },
  );

const BOOT = { chargePointVendor: 'ABL', chargePointModel: 'eMH1' };

/** In the end everybody is well, and there is time. */
function settled(world: World): void {
  world.expire();
  world.open();
  for (let turn = 0; turn < 130; turn += 1) {
    while (world.asked) answer(world, 'Accepted');
    world.pass(3_000);
    // The charge point is there, and its clock does not matter.
    world.heardAt = world.now;
  }
}

function run(ops: readonly Op[], settings: Partial<StationSettings> = {}): World {
  const world = new World(settings);
  world.says('BootNotification', BOOT);
  for (const each of ops) each(world);
  return world;
}

const many = fc.array(chance('CsmsTimeout', 'CsmsSecurityError', 'CsmsInternalError', 'Busy'), { maxLength: 60 });
/** A CSMS that forgets the charge point may do so while more is on its way. */
const steady = fc.array(chance('CsmsTimeout', 'Busy'), { maxLength: 60 });
const NUM_RUNS = { seed: Number(process.env['SEED'] ?? 16), numRuns: Number(process.env['CHANCES'] ?? 100) };

test('nothing but a boot goes to a CSMS that has not accepted the charge point on this link', () => {
  fc.assert(
    fc.property(steady, (ops) => {
      const world = new World();
      const acceptedOn = new Set<number>();
      const early: Frame[] = [];
      let seen = 0;
      const look = (): void => {
        for (; seen < world.frames.length; seen += 1) {
          const frame = world.frames[seen];
          if (!frame || frame.action === 'BootNotification' || frame.from === 'charge point') continue;
          if (!acceptedOn.has(frame.link)) early.push(frame);
        }
      };
      world.says('BootNotification', BOOT);
      for (const each of ops) {
        const answered = world.state.station?.registered;
        each(world);
        const now = world.state.station?.registered;
        if (now !== answered) {
          if (now?.status === 'Accepted') acceptedOn.add(now.linkOpenedAt);
          else if (answered) acceptedOn.delete(answered.linkOpenedAt);
        }
        look();
      }
      expect(early).toEqual([]);
    }),
    NUM_RUNS,
  );
});

test('a status that the CSMS knows is not told again', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(status, PASS), { maxLength: 40 }), evses, (ops, table) => {
      const world = run([(w) => w.open(), (w) => answer(w, 'Accepted')], { evses: table });
      for (const each of ops) {
        each(world);
        while (world.asked) answer(world, 'Accepted');
      }
      settled(world);
      for (const connector of [1, 2]) {
        const told = statusesOf(world, connector);
        expect(told.filter((word, at) => word === told[at - 1])).toEqual([]);
      }
    }),
    NUM_RUNS,
  );
});

const PASS = fc.integer({ min: 1, max: 60_000 }).map(
  (ms): Op =>
    (world) =>
      world.pass(ms),
);

function statusesOf(world: World, connector: number): string[] {
  const shared = world.settings.evses?.length === 1;
  const place = shared ? [1, 3 - connector] : [connector, 1];
  return world.frames
    .filter(({ action, payload }) => action === 'StatusNotification' && isDeepStrictEqual(placeOf(payload), place))
    .map(({ payload }) => String(payload['connectorStatus']));
}

function placeOf({ evseId, connectorId }: JsonObject): unknown[] {
  return [evseId, connectorId];
}

const SHOWN: Readonly<Record<string, string>> = { Preparing: 'Occupied', Charging: 'Occupied', Finishing: 'Occupied' };

test('in the end the CSMS knows the status of every connector, and nothing waits', () => {
  fc.assert(
    fc.property(
      many,
      fc.constantFrom('always' as const, 'ifChanged' as const, 'never' as const),
      evses,
      (ops, bootOnConnect, table) => {
        const world = run(ops, { bootOnConnect, evses: table });
        settled(world);
        expect(world.waiting).toBe(0);
        for (const connector of [1, 2]) {
          const last = world.state.connectors[connector]?.status?.['status'];
          if (last === undefined) continue;
          expect(statusesOf(world, connector).at(-1)).toBe(SHOWN[String(last)] ?? last);
        }
      },
    ),
    NUM_RUNS,
  );
});

interface EventData extends JsonObject {
  component: JsonObject;
  variable: JsonObject;
  actualValue: string;
}

test('every error that was told is told to be over, once', () => {
  fc.assert(
    fc.property(many, evses, (ops, table) => {
      const world = run(ops, { evses: table });
      for (let id = 0; id <= CONNECTORS; id += 1)
        world.says('StatusNotification', { connectorId: id, status: 'Available', errorCode: 'NoError' });
      settled(world);
      const active = new Set<string>();
      const ids = new Set<number>();
      for (const { payload } of firstTries(world, 'NotifyEvent')) {
        const [event] = payload['eventData'] as EventData[];
        if (event === undefined || event.variable['name'] === 'AvailabilityState') continue;
        expect(ids.has(Number(event['eventId']))).toBe(false);
        ids.add(Number(event['eventId']));
        const key = JSON.stringify([event.component, event.variable]);
        if (event.actualValue === 'true') active.add(key);
        else expect(active.delete(key)).toBe(true);
      }
      expect([...active]).toEqual([]);
      expect(world.state.station?.problems).toEqual({});
    }),
    NUM_RUNS,
  );
});

/** A message whose answer was lost goes once more, word for word. */
function firstTries(world: World, wanted: string): Frame[] {
  const seen = new Set<string>();
  return world.frames.filter(({ action, payload }) => {
    const text = JSON.stringify(payload);
    if (action !== wanted || seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

test('a reservation that nobody uses is told to be over, once', () => {
  fc.assert(
    fc.property(many, (ops) => {
      const world = new World();
      const token = { idToken: 'AB', type: 'Central' };
      const kept = (id: number) => ({ id, connectorId: id, token, expiresAt: world.now + 1_000_000, at: world.now });
      world.state = withStation(world.state, { reservations: { 1: kept(1), 2: kept(2) } });
      world.says('BootNotification', BOOT);
      for (const each of ops) each(world);
      world.pass(1_000_000);
      settled(world);
      const told = firstTries(world, 'ReservationStatusUpdate').map(({ payload }) => payload['reservationId']);
      expect(told.toSorted()).toEqual([1, 2]);
    }),
    NUM_RUNS,
  );
});
