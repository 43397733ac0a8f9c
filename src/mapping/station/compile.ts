/** The table of messages between the pivot and OCPP 2.0.1, built into functions: once, at start, with every fault told at once. */

import type { JsonObject } from '../../base/message.ts';
import type { JsonContract } from '../../contract/json-contract.ts';
import type { Group } from '../../contract/model.ts';
import type { FaultList } from '../fault.ts';
import type { ReportedLine } from '../report-lines.ts';
import type { Register } from '../table.ts';
import { Build } from './build.ts';
import { buildGroup } from './build-group.ts';
import type { Entry, PairTable, Row } from './rows.ts';
import { type Make, NOTHING, Rejected, Run } from './run.ts';
import type { Conversion, Given } from './station-tables.ts';

/** The two contracts of this pair. */
export interface PairContracts {
  readonly pivot: JsonContract;
  readonly station: JsonContract;
}

export type Convert = (source: JsonObject, given: Given) => Conversion;

export interface BuiltPair {
  readonly conversions: ReadonlyMap<string, Convert>;
  readonly build: Build;
  /** By message, for the report. */
  readonly lines: ReadonlyMap<string, readonly ReportedLine[]>;
}

export function buildPair(
  table: PairTable,
  { pivot, station }: PairContracts,
  register: Register | undefined,
  faults: FaultList,
): BuiltPair {
  const build = new Build(table, register, faults);
  const conversions = new Map<string, Convert>();
  const lines = new Map<string, readonly ReportedLine[]>();
  const add = (message: string, source: Group, target: Group, rows: readonly Row[], entry: Entry): void => {
    build.message = message;
    build.counts.conversions += 1;
    if (conversions.has(message)) faults.add(entry, `there is another ${message}`);
    const spec = {
      source,
      target,
      rows,
      cover: undefined,
      silent: true,
      inItem: false,
      path: '',
      from: '',
      place: entry,
      build,
    };
    build.lines = [];
    conversions.set(message, converting(buildGroup(spec).make));
    lines.set(message, build.lines);
  };
  for (const entry of table.entries) {
    const old = pivot.actions.get(entry.pivot);
    const young = station.actions.get(entry.station);
    if (!old) build.unknown('action of OCPP 1.6', entry.pivot, pivot.actions.keys(), entry);
    if (!young) build.unknown('action of OCPP 2.0.1', entry.station, station.actions.keys(), entry);
    if (!old || !young) continue;
    const [caller, called] = entry.direction === 'up' ? [old, young] : [young, old];
    add(entry.heading, caller.request, called.request, entry.request, entry);
    if (entry.answer) add(`${entry.heading}.answer`, called.answer, caller.answer, entry.answer, entry);
  }
  for (const [name, make] of build.shapeMakes) {
    if (!conversions.has(name)) conversions.set(name, converting(make));
  }
  for (const shape of table.shapes.values()) {
    if (!build.usedShapes.has(shape.name)) faults.add(shape, `nobody uses the shape ${shape.name}`);
  }
  return { conversions, build, lines };
}

function converting(make: Make): Convert {
  return (source, given) => {
    const run = new Run(given);
    try {
      const value = make(source, run);
      // A shape that lost the heart of its object (all samples of a reading) has nothing left to tell.
      if (typeof value === 'symbol') return { kind: 'nothing', losses: run.losses };
      return { kind: 'value', value: (value ?? {}) as JsonObject, losses: run.losses };
    } catch (error) {
      if (error === NOTHING) return { kind: 'nothing', losses: run.losses };
      if (error instanceof Rejected) return { kind: 'rejected', reasonCode: error.reasonCode, losses: run.losses };
      throw error;
    }
  };
}
