/** What each kind of field must state in its row, whatever the schema lets pass: charge points break their contracts. */

import type { LeafGiven } from './leaf-given.ts';
import { branchesOf } from './options.ts';
import type { ConvertPlan } from './plan.ts';
import type { TellFault } from './plan-policies.ts';
import { OPAQUE_FIELDS, TAG_FIELDS, TRANSACTION_FIELDS } from './standard.ts';

export function checkDuties(
  { part, row, source, target, leaf }: LeafGiven,
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
