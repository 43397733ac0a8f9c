import type { Delivered, OwnCall, Plan, StationCommand, StationUp } from './rules.ts';

/** Which rule holds for which exchange with a CSMS of OCPP 2.0.1. */

/** By 1.6 action of the charge point. */
export const UP: Readonly<Record<string, StationUp>> = {};

/** By 2.0.1 action of the CSMS: all whose row in the tables names a flow. */
export const COMMANDS: Readonly<Record<string, StationCommand>> = {};

/** By 2.0.1 action: calls that the bridge makes by itself. */
export const OWN_CALLS: Readonly<Record<string, OwnCall>> = {};

/** Commands that the bridge gives the charge point by itself, by the word `why` in their memo. */
export const OWN_COMMANDS: Readonly<Record<string, StationCommand>> = {};

/** By 2.0.1 action: what is learnt when an entry of the outbox is delivered. */
export const DELIVERED: Readonly<Record<string, Delivered>> = {};

/** What the bridge does by itself when its time has come. */
export const PLANS: readonly Plan[] = [];
