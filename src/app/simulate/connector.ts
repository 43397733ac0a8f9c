import type { Clock, Timer } from '../../base/clock.ts';
import type { Reading, Status } from './dialect.ts';
import type { Session } from './ledger.ts';
import { EnergyMeter } from './meter.ts';

export interface Reservation {
  readonly id: number;
  readonly idTag: string;
  readonly expiry: Timer;
}

/** One outlet of a charge point and what happens at it. */
export class Connector {
  readonly id: number;
  readonly meter: EnergyMeter;
  status: Status = 'Available';
  session: Session | undefined;
  /** Of the running session. */
  readings: Reading[] = [];
  sampleTimer: Timer | undefined;
  reservation: Reservation | undefined;
  /** What it becomes when the running session has ended. */
  scheduled: 'Available' | 'Unavailable' | undefined;

  constructor(id: number, clock: Clock, register: number) {
    this.id = id;
    this.meter = new EnergyMeter(clock, register);
  }
}
