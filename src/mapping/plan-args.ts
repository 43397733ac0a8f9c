/** `with:` and `when:`: fields that a converter or a condition looks at. */

import type { Field, Group, Leaf } from '../contract/model.ts';
import { CONVERTERS } from './converters.ts';
import { nearest, type Place } from './fault.ts';
import type { ArgPlan, ConvertPlan, Part } from './plan.ts';

export function fieldOf(group: Group, name: string): Field | undefined {
  if (name === '.') return group.text && { name: '.', type: group.text, min: 1, max: 1, list: false };
  return group.fields.find((field) => field.name === name);
}

export function unknownField(part: Part, place: Place, group: Group, name: string): undefined {
  part.book.faults.add(
    place,
    `${group.name} has no field "${name}"`,
    nearest(
      name,
      group.fields.map((field) => field.name),
    ),
  );
}

/** A path such as `values.timestamp`, from the group of the row; `request.…` from the call that is being answered. */
export function planArg(part: Part, place: Place, group: Group, path: string): ArgPlan | undefined {
  const names = path === '.' ? ['.'] : path.split('.');
  const fromCall = names[0] === 'request' && part.part === 'answer';
  if (fromCall) names.shift();
  let at: Group | undefined = fromCall ? part.call : group;
  let leaf: Leaf | undefined;
  for (const name of names) {
    const field: Field | undefined = at && fieldOf(at, name);
    if (!field)
      return at
        ? unknownField(part, place, at, name)
        : (part.book.faults.add(place, `${path} leads nowhere`) ?? undefined);
    [at, leaf] = field.type.kind === 'group' ? [field.type, undefined] : [undefined, field.type];
  }
  if (!leaf) {
    part.book.faults.add(place, `${path} is no single value`);
    return undefined;
  }
  return { leaf, path: names, fromCall, json: fromCall || part.sender === 'csms' };
}

/** Finds the converter and what it needs; its loss codes count as used here. */
export function planConvert(
  part: Part,
  place: Place,
  group: Group,
  name: string,
  paths: readonly string[],
  useLoss: (code: string) => void,
): ConvertPlan | undefined {
  const converter = CONVERTERS.get(name);
  if (!converter) {
    part.book.faults.add(place, `there is no converter "${name}"`, nearest(name, CONVERTERS.keys()));
    return undefined;
  }
  if (converter.args.length !== paths.length) {
    const wanted = converter.args.length === 0 ? 'takes no `with`' : `wants with: [${converter.args.join(', ')}]`;
    part.book.faults.add(place, `the converter ${name} ${wanted}`);
    return undefined;
  }
  for (const code of converter.losses) useLoss(code);
  const args = paths.map((path) => planArg(part, place, group, path));
  const known = args.filter((arg) => arg !== undefined);
  return known.length === args.length ? { converter, args: known } : undefined;
}
