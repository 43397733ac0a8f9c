/** One value: what may come, what must leave, and whether the row (or silence) covers the way between. */

import type { Field, Group, Leaf } from '../contract/model.ts';
import { nearest, type Place } from './fault.ts';
import { branchesOf } from './options.ts';
import type { ConvertPlan, LeafPlan, Part, Spot, WordPlan } from './plan.ts';
import { planConvert } from './plan-args.ts';
import { checkValue, lossFor, planPolicies, type TellFault, useLoss } from './plan-policies.ts';
import { isAmount, leastOf, OPAQUE_FIELDS, TAG_FIELDS, TRANSACTION_FIELDS, UNWRITTEN_WORDS } from './standard.ts';
import type { Policy, WordRule, WriteRow } from './table.ts';

export interface LeafSource {
  readonly name: string;
  readonly leaf: Leaf;
  /** False when the contract lets it be absent. */
  readonly sure: boolean;
}

interface Given {
  readonly part: Part;
  readonly row: WriteRow | undefined;
  /** The row, or the operation that is silent about the field. */
  readonly place: Place;
  readonly group: Group;
  readonly source: LeafSource | undefined;
  readonly target: Field;
  readonly leaf: Leaf;
  readonly spot: Spot;
  /** The value is an item of a list: its absence is the list's matter. */
  readonly item: boolean;
}

export function planLeaf(given: Given): LeafPlan {
  const { part, row, source, target, leaf, spot } = given;
  const required = target.min > 0 || given.item;
  const policies = row
    ? planPolicies(part, row, { leaf, required: required && !given.item, list: false }, spot)
    : new Map();
  const convert =
    row?.convert === undefined
      ? undefined
      : planConvert(part, row, given.group, row.convert, row.with, (code) => useLoss(part, code, row));
  const fault = faultOf(given);
  checkOrigin(given, convert, fault);
  checkTypes(given, convert, fault);
  checkWords(given, fault);
  checkDuties(given, convert, fault);
  const repaired = policies.has('absent') || (policies.get('unreadable')?.policy.do ?? 'refuse') !== 'refuse';
  if (required && !given.item && !repaired) {
    const fixed = row?.constant !== undefined || row?.context !== undefined;
    const sure =
      fixed ||
      (convert
        ? convert.converter.total && (convert.converter.takes === 'none' || source?.sure === true)
        : source?.sure === true);
    if (!sure) fault('is required but may be absent', 'say `absent:` what to write or do then');
  }
  return {
    kind: 'leaf',
    source: source?.leaf,
    target: leaf,
    constant: row?.constant,
    receivedAt: row?.context === 'receivedAt',
    convert,
    words: planWords(given),
    policies,
    asIs: row?.asIs ?? false,
    least: leastOf(part.operation, part.part, target.name),
    clamp: part.sender === 'csms' && isAmount(source?.name ?? ''),
    required: required && !given.item,
    secret: TAG_FIELDS.includes(target.name),
    spot,
  };
}

/** Faults of silence are told at the operation, faults of a row at the row. */
function faultOf({ part, place, spot }: Given): TellFault {
  return (message, hint) =>
    part.book.faults.add(place, `${part.version} ${part.operation} ${part.part}: ${spot.target} ${message}`, hint);
}

function checkOrigin({ row, source, leaf }: Given, convert: ConvertPlan | undefined, fault: TellFault): undefined {
  if (!row) return;
  const fixed = [row.constant, row.context].filter((value) => value !== undefined).length;
  const own = convert?.converter.takes === 'none';
  if (fixed + (row.convert === undefined ? 0 : 1) > 1) fault('has more than one of const, context and convert');
  if ((fixed > 0 || own) && row.from !== undefined) fault('needs no `from`: the value does not come from a field');
  if (row.constant !== undefined) checkValue(row.constant, leaf, (message) => fault(`const: ${message}`));
  if (row.context !== undefined && leaf.base !== 'dateTime') fault('receivedAt is a time, the field is none');
  if (row.with.length > 0 && row.convert === undefined) fault('has `with` but no `convert`');
  if (row.shape !== undefined || row.flatten || row.wrap)
    fault('is a single value: shape, flatten and wrap are for objects and lists');
  if (row.asIs && (leaf.base !== 'string' || leaf.words)) fault('as-is is for free text');
  if (fixed === 0 && !own && !source) fault('has no source');
}

function checkTypes(
  { row, source, leaf, part, spot }: Given,
  convert: ConvertPlan | undefined,
  fault: TellFault,
): undefined {
  if (leaf.base === 'any' || source?.leaf.base === 'any') fault('has no type in its contract');
  if (convert) {
    const { takes, gives, words } = convert.converter;
    if (takes === 'int' && source?.leaf.base !== 'int') fault('the converter takes a whole number, the source is none');
    if (takes === 'text' && source && source.leaf.base !== 'string')
      fault('the converter takes text, the source is none');
    if (takes === 'raw' && part.sender !== 'device') fault('the converter takes text as a charge point writes it');
    if (gives === 'int' && leaf.base !== 'int') fault('the converter gives a whole number, the target is none');
    if (gives === 'text' && leaf.base !== 'string') fault('the converter gives text, the target is none');
    for (const word of words ?? [])
      if (!leaf.words?.includes(word)) fault(`the converter may give ${word}, which ${spot.target} does not know`);
    return;
  }
  if (!source || row?.constant !== undefined) return;
  const from = source.leaf;
  const alike = from.base === leaf.base || (isText(from) && isText(leaf));
  if (!alike) fault(`is ${leaf.base}, its source ${source.name} is ${from.base}`, 'a converter can bridge that');
  if (leaf.words && !from.words) fault(`has a list of words, its source ${source.name} is free text`);
  if ((from.fractionDigits ?? Number.POSITIVE_INFINITY) < (leaf.fractionDigits ?? 0)) return;
}

const isText = (leaf: Leaf): boolean => leaf.base === 'string' || leaf.base === 'anyURI';

/** What a rule makes of a word. */
function imageOf(rule: WordRule): string | undefined {
  return 'word' in rule.to ? rule.to.word : undefined;
}

function checkWords({ part, row, source, leaf, place }: Given, fault: TellFault): undefined {
  const from = source?.leaf.words;
  const rules = row?.words ?? new Map<string, WordRule>();
  const also = row?.also ?? new Map<string, WordRule>();
  if ((rules.size > 0 || also.size > 0) && !leaf.words) return fault('has no list of words');
  if (!leaf.words || (row?.convert !== undefined && !from)) return;
  const known = leaf.words;
  for (const [word, rule] of [...rules, ...also]) checkWordRule(part, word, rule, known, row);
  if (!from) return;
  const images = new Map<string, string>();
  for (const word of from) {
    part.book.counts.words += 1;
    const rule = rules.get(word);
    if (!rule && !known.includes(word)) fault(`does not know the word ${word}`, `add \`words: { ${word}: … }\``);
    if (rule) continue;
    images.set(word, word);
  }
  for (const [word, rule] of rules) {
    if (!from.includes(word))
      part.book.faults.add(
        rule,
        `${source?.name} has no word "${word}"`,
        nearest(word, from) ?? 'words outside of the contract belong under `also`',
      );
    const image = imageOf(rule);
    if (image === word) part.book.faults.add(rule, `${word} stays the same: this states no difference`);
    if (image === undefined) continue;
    const other = images.get(image);
    const lossy = rule.loss ?? (row && lossFor(row.loss, 'words'));
    if (other !== undefined && lossy === undefined)
      part.book.faults.add(rule, `${word} and ${other} both become ${image}: a loss code is missing`);
    images.set(image, word);
  }
  for (const word of also.keys())
    if (from.includes(word))
      part.book.faults.add(place, `${word} is a word of the contract: it belongs under \`words\``);
  if (part.sender !== 'device') return;
  for (const word of UNWRITTEN_WORDS) {
    if (known.includes(word) && !rules.has(word) && !also.has(word))
      fault(`would let the word ${word} pass, which must not be written`, `add \`also: { ${word}: … }\``);
  }
}

function checkWordRule(
  part: Part,
  word: string,
  rule: WordRule,
  known: readonly string[],
  row: WriteRow | undefined,
): void {
  const code = rule.loss ?? (row && lossFor(row.loss, 'words'));
  const image = imageOf(rule);
  if (image !== undefined && (!known.includes(image) || UNWRITTEN_WORDS.includes(image))) {
    part.book.faults.add(rule, `${word} cannot become ${image}: no such word`, nearest(image, known));
  }
  if (image === undefined && code === undefined && !('policy' in rule.to && rule.to.policy.do === 'refuse')) {
    part.book.faults.add(rule, `${word} is guessed or given up: a loss code is missing`);
  }
  if (code !== undefined) useLoss(part, code, rule);
}

function planWords({ part, row, group, leaf, spot }: Given): Map<string, WordPlan> {
  const plans = new Map<string, WordPlan>();
  for (const [word, rule] of [...(row?.words ?? []), ...(row?.also ?? [])]) {
    const loss = rule.loss ?? (row && lossFor(row.loss, 'words'));
    if ('word' in rule.to) plans.set(word, { kind: 'word', word: rule.to.word, loss });
    else if ('policy' in rule.to) {
      checkWordPolicy(part, rule, rule.to.policy, spot);
      plans.set(word, { kind: 'policy', policy: rule.to.policy, loss });
    } else {
      const convert = planConvert(part, rule, group, rule.to.convert, rule.to.with, (code) =>
        useLoss(part, code, rule),
      );
      if (!convert) continue;
      const { gives, takes, words, total } = convert.converter;
      if (gives !== 'word' || takes !== 'none' || !total)
        part.book.faults.add(rule, `the converter ${rule.to.convert} does not decide between words`);
      for (const given of words ?? [])
        if (!leaf.words?.includes(given)) part.book.faults.add(rule, `the converter may give ${given}: no such word`);
      plans.set(word, { kind: 'convert', convert, loss });
    }
  }
  return plans;
}

function checkWordPolicy(part: Part, rule: WordRule, policy: Policy, spot: Spot): void {
  if (policy.do === 'drop-item' && !spot.inItem)
    part.book.faults.add(rule, 'there is no list item here that could be dropped');
}

/** What each kind of field must state, whatever the schema lets pass: charge points break their contracts. */
function checkDuties(
  { part, row, source, target, leaf }: Given,
  convert: ConvertPlan | undefined,
  fault: TellFault,
): undefined {
  const states = (occasion: 'unreadable' | 'unknown' | 'too-long'): boolean => row?.policies.has(occasion) ?? false;
  const device = part.sender === 'device';
  if (
    source &&
    leaf.base === 'dateTime' &&
    !states('unreadable') &&
    !(part.sender === 'csms' && part.part === 'request')
  ) {
    fault('is a time and may be unreadable', 'say `unreadable:` what to do then');
  }
  if (source?.leaf.words && leaf.words && device && part.part === 'request' && !states('unknown')) {
    fault('is a word that charge points may misspell', 'say `unknown:` what to do then');
  }
  if (row && leaf.words && states('unknown') && !device)
    fault('`unknown` is for words of charge points: the schema guards those of a CSMS');
  if (source && !leaf.words && leaf.maxLength !== undefined && convert?.converter.takes !== 'raw') {
    const longer = device || source.leaf.maxLength === undefined || source.leaf.maxLength > leaf.maxLength;
    if (longer && !states('too-long'))
      fault(`holds ${leaf.maxLength} characters and its source may be longer`, 'say `too-long:` what to do then');
  }
  if (
    source &&
    OPAQUE_FIELDS.includes(target.name) &&
    leaf.base === 'string' &&
    !leaf.words &&
    !row?.asIs &&
    !convert
  ) {
    fault('is opaque text: white space and emptiness mean something', 'say `as-is: true`');
  }
  if (
    TRANSACTION_FIELDS.includes(target.name) &&
    !(row?.convert ?? '').match(/^(transaction(Up|Down)|activeTransaction)$/)
  ) {
    fault(
      'is a transaction id: the two banks may know different ones',
      `say \`convert: transaction${device ? 'Up' : 'Down'}\``,
    );
  }
  if (TAG_FIELDS.includes(target.name)) {
    const chosen = row?.policies.get('too-long');
    const alias = chosen !== undefined && branchesOf(chosen).some((policy) => policy.do === 'alias');
    if (device && !alias) fault('is a tag: a long one needs an alias', 'say `too-long: alias`');
    if (!device && row?.convert !== 'tagUnalias')
      fault('is a tag: an alias must be turned back', 'say `convert: tagUnalias`');
  }
}
