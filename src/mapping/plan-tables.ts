/** All tables against all contracts: every operation has an entry, every entry is planned. */

import type { JsonObject, SoapVersion } from '../base/message.ts';
import type { JsonAction, JsonContract } from '../contract/json-contract.ts';
import type { ServiceRole, SoapContracts, SoapOperation } from '../contract/soap-contract.ts';
import { checkAnswerDuties } from './answer-duties.ts';
import { nearest, type Place } from './fault.ts';
import { branchesOf, type MappingOptions } from './options.ts';
import type { Book, GroupPlan, Part } from './plan.ts';
import { planGroup } from './plan-group.ts';
import { sampleAnswer, useLoss } from './plan-policies.ts';
import type { Table, UpEntry } from './table.ts';

export interface Contracts {
  readonly soap: SoapContracts;
  readonly json: JsonContract;
  /** OCPP 2.0.1; without it the tables towards it are not looked at. */
  readonly stationJson?: JsonContract | undefined;
}

export interface OperationPlan {
  readonly request: GroupPlan;
  readonly answer: GroupPlan;
}

export interface TablePlan {
  readonly table: Table;
  readonly up: ReadonlyMap<string, OperationPlan>;
  readonly down: ReadonlyMap<string, OperationPlan>;
}

const TOP = { source: '', target: '', inItem: false };

export function planTables(
  tables: readonly Table[],
  contracts: Contracts,
  options: MappingOptions,
  book: Book,
  /** The tables to plan; they may borrow from all others. */
  wanted: readonly Table[] = tables,
): TablePlan[] {
  return wanted.map((table) => new TablePlanner(table, tables, contracts, options, book).plan());
}

class TablePlanner {
  readonly #table: Table;
  readonly #tables: readonly Table[];
  readonly #contracts: Contracts;
  readonly #options: MappingOptions;
  readonly #book: Book;

  constructor(table: Table, tables: readonly Table[], contracts: Contracts, options: MappingOptions, book: Book) {
    this.#table = table;
    this.#tables = tables;
    this.#contracts = contracts;
    this.#options = options;
    this.#book = book;
  }

  plan(): TablePlan {
    const table = this.#table;
    this.#book.counts.pairs += 1;
    const up = this.#planUp();
    const down = this.#planDown();
    this.#checkJsonActions();
    for (const key of table.keys) {
      useLoss({ ...this.#part('keys', 'request', 'csms', undefined) }, key.loss, key);
    }
    for (const shape of table.shapes.values()) {
      if (!this.#book.usedShapes.has(`${shape.file} ${shape.name}`))
        this.#book.faults.add(shape, `the shape ${shape.name} is not used`);
    }
    return { table, up, down };
  }

  #part(operation: string, part: Part['part'], sender: Part['sender'], action: JsonAction | undefined): Part {
    return {
      version: this.#table.version,
      operation,
      part,
      sender,
      call: action?.request,
      shapes: this.#table.shapes,
      json: this.#contracts.json,
      options: this.#options,
      book: this.#book,
    };
  }

  /** Operations that charge points of any version know: some use those of a later one. */
  #everywhere(role: ServiceRole): Set<string> {
    const services = this.#contracts.soap.all.filter((service) => service.role === role);
    return new Set(services.flatMap((service) => [...service.operations.keys()]));
  }

  #planUp(): Map<string, OperationPlan> {
    const { version, up } = this.#table;
    const { operations } = this.#contracts.soap.service(version, 'CentralSystem');
    const plans = new Map<string, OperationPlan>();
    for (const name of this.#everywhere('CentralSystem')) {
      if (!up.has(name))
        this.#book.faults.add(
          this.#table,
          `${version}: the call ${name} of charge points has no entry`,
          'add it under calls-of-the-charge-point',
        );
    }
    for (const [name, entry] of up) {
      const operation = operations.get(name);
      const action = this.#action(name, entry);
      if (entry.like !== undefined) this.#checkLike(name, entry, operation);
      else if (!operation)
        this.#book.faults.add(entry, `${version} charge points have no call ${name}`, nearest(name, operations.keys()));
      if (!operation || !action || entry.like !== undefined) continue;
      this.#book.counts.operations += 1;
      this.#checkAnswers(name, entry);
      plans.set(name, {
        request: planGroup(
          this.#part(name, 'request', 'device', action),
          operation.request.type,
          action.request,
          entry.request,
          entry,
          TOP,
        ),
        answer: planGroup(
          this.#part(name, 'answer', 'csms', action),
          action.answer,
          operation.answer.type,
          entry.answer,
          entry,
          TOP,
        ),
      });
    }
    return plans;
  }

  #planDown(): Map<string, OperationPlan> {
    const { version, down } = this.#table;
    const { operations } = this.#contracts.soap.service(version, 'ChargePoint');
    const plans = new Map<string, OperationPlan>();
    for (const name of this.#everywhere('ChargePoint')) {
      if (!down.has(name))
        this.#book.faults.add(
          this.#table,
          `${version}: the call ${name} of the CSMS has no entry`,
          'add it under calls-of-the-csms',
        );
    }
    for (const [name, entry] of down) {
      const operation = operations.get(name);
      const action = this.#action(name, entry);
      if (action) this.#book.counts.operations += 1;
      if (entry.instead) {
        if (operation)
          this.#book.faults.add(
            entry,
            `${version} charge points know ${name}: \`instead\` is for operations they lack`,
          );
        for (const instead of branchesOf(entry.instead))
          if ('answer' in instead) this.#checkAnswer(name, instead.answer, entry);
        continue;
      }
      if (!operation)
        this.#book.faults.add(
          entry,
          `${version} charge points do not know ${name}`,
          'say `instead:` what the CSMS gets',
        );
      if (!operation || !action) continue;
      if (!entry.identical && entry.request.length + entry.answer.length === 0) {
        this.#book.faults.add(entry, `${name} has no rows`, `write \`${name}: identical\``);
      }
      plans.set(name, {
        request: planGroup(
          this.#part(name, 'request', 'csms', action),
          action.request,
          operation.request.type,
          entry.request,
          entry,
          TOP,
        ),
        answer: planGroup(
          this.#part(name, 'answer', 'device', action),
          operation.answer.type,
          action.answer,
          entry.answer,
          entry,
          TOP,
        ),
      });
    }
    return plans;
  }

  #action(name: string, entry: Place): JsonAction | undefined {
    const { actions } = this.#contracts.json;
    const action = actions.get(name);
    if (!action) this.#book.faults.add(entry, `OCPP-J has no action ${name}`, nearest(name, actions.keys()));
    return action;
  }

  #checkLike(name: string, entry: UpEntry, operation: SoapOperation | undefined): void {
    const other = this.#tables.find((table) => table.version === entry.like);
    if (operation)
      this.#book.faults.add(entry, `${this.#table.version} has ${name} itself: \`like\` is for operations it lacks`);
    if (other === this.#table || other?.up.get(name)?.like !== undefined || !other?.up.has(name)) {
      this.#book.faults.add(entry, `the table of ${entry.like ?? ''} has no rows for ${name}`);
    }
  }

  /** Every action of OCPP-J is a call of the one side or the other here, or declared as never sent. */
  #checkJsonActions(): void {
    const { version, up, down, neverSent } = this.#table;
    for (const name of this.#contracts.json.actions.keys()) {
      const entries = [up.has(name), down.has(name), neverSent.has(name)].filter(Boolean).length;
      if (entries === 0)
        this.#book.faults.add(
          this.#table,
          `${version}: the OCPP-J action ${name} has no entry`,
          'a call, `instead:`, or never-sent',
        );
      const never = neverSent.get(name);
      if (never && entries > 1) this.#book.faults.add(never, `${name} is a call here and cannot be never-sent`);
    }
    for (const [name, place] of neverSent) this.#action(name, place);
  }

  #checkAnswers(name: string, entry: UpEntry): void {
    for (const rule of Object.values(entry.refused))
      if (rule !== 'fault') this.#checkAnswer(name, rule.answer, entry.refusedPlace);
    if (entry.away !== 'refuse') this.#checkAnswer(name, entry.away.answer, entry.awayPlace);
    checkAnswerDuties(name, entry, (place, message, hint) => this.#book.faults.add(place, message, hint));
  }

  #checkAnswer(name: string, answer: JsonObject, entry: Place): void {
    const violation = this.#contracts.json.check(name, 'answer', sampleAnswer(answer));
    if (violation) this.#book.faults.add(entry, `the answer to ${name} is not valid: ${violation.reason}`);
  }
}

/** The versions whose table is missing. */
export function missingTables(tables: readonly Table[], contracts: Contracts): SoapVersion[] {
  const versions = [...new Set(contracts.soap.all.map((service) => service.version))];
  return versions.filter((version) => !tables.some((table) => table.version === version));
}
