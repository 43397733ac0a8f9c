/** One value: what may come, what must leave, and whether the row (or silence) covers the way between. */

import type { Leaf } from '../contract/model.ts';
import { checkDuties } from './duties.ts';
import { faultOf, type LeafGiven } from './leaf-given.ts';
import type { ConvertPlan, LeafPlan } from './plan.ts';
import { planConvert } from './plan-args.ts';
import { checkValue, planPolicies, type TellFault, useLoss } from './plan-policies.ts';
import { checkWords, planWords } from './plan-words.ts';
import { isAmount, leastOf, TAG_FIELDS } from './standard.ts';

export function planLeaf(given: LeafGiven): LeafPlan {
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
  if (given.item && [...policies.values()].some((stated) => stated.policy.do === 'leave-out'))
    fault('is an item of a list and cannot be left out of it', 'say `drop-item`');
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
    secret: TAG_FIELDS.includes(target.name) || (row?.asIs ?? false),
    tag: TAG_FIELDS.includes(target.name),
    spot,
  };
}

function checkOrigin({ row, source, leaf }: LeafGiven, convert: ConvertPlan | undefined, fault: TellFault): undefined {
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
  { row, source, leaf, part, spot }: LeafGiven,
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
