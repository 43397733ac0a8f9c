import type { Json, JsonObject, SoapObject, SoapValue } from '../../src/base/message.ts';
import type { Field, Group, Leaf } from '../../src/contract/model.ts';

/** Numbers from 0 to 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export class RandomMessages {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomOf(seed);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<T>(list: readonly T[]): T {
    const found = list[this.#below(list.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  }

  /** How often a field occurs; now and then a list is long. */
  #times({ min, max, list }: Field): number {
    if (!list) return min > 0 || this.#random() < 0.6 ? 1 : 0;
    return min + this.#below(Math.min(max - min + 1, 4));
  }

  #text(leaf: Leaf): string {
    const most = Math.min(leaf.maxLength ?? 700, this.#pick([4, 20, 60, 700]));
    const length = 1 + this.#below(most);
    const letters = 'abcXYZ0189-_.:/ é💡&<"';
    let text = '';
    for (let index = 0; index < length; index += 1) text += this.#pick(Array.from(letters));
    return Array.from(text.trim() === '' ? 'x' : text)
      .slice(0, length)
      .join('');
  }

  #time(soap: boolean): string {
    const day = new Date(
      Date.UTC(
        2009 + this.#below(30),
        this.#below(12),
        1 + this.#below(28),
        this.#below(24),
        this.#below(60),
        this.#below(60),
      ),
    );
    const start = day.toISOString().slice(0, 19);
    const fraction = this.#pick(['', '', '.5', '.123', '.123456789']);
    return start + fraction + this.#pick(soap ? ['Z', 'Z', '+01:00', '-11:30', ''] : ['Z', 'Z', '+01:00', '-11:30']);
  }

  #int(name: string): number {
    if (name === 'connectorId') return this.#below(4);
    return this.#pick([
      0,
      1,
      7,
      300,
      2147483647,
      1 + this.#below(1000),
      ...(name === 'listVersion' ? [1] : [-1, -2147483648]),
    ]);
  }

  #soapLeaf(leaf: Leaf, name: string): string {
    if (leaf.words) return this.#pick(leaf.words);
    switch (leaf.base) {
      case 'int':
        return String(this.#int(name));
      case 'decimal':
        return `${this.#below(100)}.${this.#below(10)}`;
      case 'boolean':
        return this.#pick(['true', 'false', '1', '0']);
      case 'dateTime':
        return this.#time(true);
      case 'anyURI':
        return 'ftp://user:secret@host.example/a dir';
      default:
        return this.#pick(
          [this.#text(leaf), this.#text(leaf), '12.50', '0007', 'NaN'].filter(
            (text) => text.length <= (leaf.maxLength ?? 700),
          ),
        );
    }
  }

  soap(group: Group): SoapObject {
    const out: SoapObject = {};
    for (const field of group.fields) {
      const make = (): SoapValue =>
        field.type.kind === 'group' ? this.soap(field.type) : this.#soapLeaf(field.type, field.name);
      const times = this.#times(field);
      if (times > 0) out[field.name] = field.list ? Array.from({ length: times }, make) : make();
    }
    if (group.text) out['.'] = this.#soapLeaf(group.text, '.');
    return out;
  }

  #jsonLeaf(leaf: Leaf, name: string): Json {
    if (leaf.words) return this.#pick(leaf.words);
    switch (leaf.base) {
      case 'int':
        return name === 'listVersion' ? 1 + this.#below(99) : this.#int(name);
      case 'decimal':
        return Number(`${this.#below(100)}.${this.#below(10)}`);
      case 'boolean':
        return this.#random() < 0.5;
      case 'dateTime':
        return this.#time(false);
      case 'anyURI':
        return 'ftp://host.example/dir';
      default:
        return this.#text(leaf);
    }
  }

  json(group: Group): JsonObject {
    const out: JsonObject = {};
    for (const field of group.fields) {
      const make = (): Json =>
        field.type.kind === 'group' ? this.json(field.type) : this.#jsonLeaf(field.type, field.name);
      const times = this.#times(field);
      if (times > 0 || (field.list && this.#random() < 0.2 && field.min === 0)) {
        out[field.name] = field.list ? Array.from({ length: times }, make) : make();
      }
    }
    return out;
  }
}

/** What an XML schema validator would say of a SOAP value, or undefined. */
export function misfit(value: SoapValue, type: Group | Leaf, path = ''): string | undefined {
  if (type.kind === 'leaf') return typeof value === 'string' ? leafMisfit(value, type, path) : `${path} is no text`;
  if (typeof value !== 'object' || Array.isArray(value)) return `${path} is no object`;
  const names = type.fields.map((field) => field.name);
  const order = Object.keys(value).map((name) => names.indexOf(name));
  if (order.includes(-1)) return `${path} has unknown fields among ${Object.keys(value).join(', ')}`;
  if (order.some((at, index) => index > 0 && at < (order[index - 1] ?? 0))) return `${path} is out of order`;
  for (const field of type.fields) {
    const found = value[field.name];
    const items = found === undefined ? [] : field.list && Array.isArray(found) ? found : [found];
    if (items.length < field.min || items.length > field.max)
      return `${path}.${field.name} occurs ${items.length} times`;
    if (field.list && found !== undefined && items.length === 0) return `${path}.${field.name} is an empty list`;
    for (const item of items) {
      const wrong = misfit(item, field.type, `${path}.${field.name}`);
      if (wrong) return wrong;
    }
  }
  return undefined;
}

const FORMS: Partial<Record<Leaf['base'], RegExp>> = {
  int: /^-?\d{1,10}$/,
  decimal: /^-?\d+(\.\d+)?$/,
  boolean: /^(true|false)$/,
  dateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/,
};

function leafMisfit(text: string, leaf: Leaf, path: string): string | undefined {
  if (leaf.words && !leaf.words.includes(text)) return `${path} cannot be ${text}`;
  if (leaf.maxLength !== undefined && Array.from(text).length > leaf.maxLength) return `${path} is too long`;
  const form = FORMS[leaf.base];
  return form && !form.test(text) ? `${path} is no ${leaf.base}: ${text}` : undefined;
}
