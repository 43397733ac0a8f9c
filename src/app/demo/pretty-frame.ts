import type { Json, JsonObject } from '../../base/message.ts';

/** An OCPP-J frame as a person wants to read it: a short id, and no line break where the value fits on the line. */
export function prettyFrame(frame: readonly Json[], width: number): string[] {
  const [kind, id, ...rest] = frame;
  const short = typeof id === 'string' && id.length > 9 ? `${id.slice(0, 8)}…` : id;
  const payload = rest.at(-1);
  const head = [kind, short, ...rest.slice(0, -1)].map((part) => JSON.stringify(part)).join(', ');
  const lines = pretty(payload ?? null, '', width);
  const first = lines[0] ?? '';
  if (lines.length === 1 && head.length + first.length + 4 <= width) return [`[${head}, ${first}]`];
  if (lines.length === 1) return [`[${head},`, `  ${first}]`];
  return [`[${head}, ${first}`, ...lines.slice(1, -1), `${lines.at(-1)}]`];
}

/** Lines of a value; the first has no indent, so that it can stand behind a name of `used` characters. */
function pretty(value: Json, indent: string, width: number, used = 0): string[] {
  const flat = oneLine(value);
  if (typeof value !== 'object' || value === null || indent.length + used + flat.length + 1 <= width) return [flat];
  return Array.isArray(value) ? prettyList(value, indent, width, used) : prettyObject(value, indent, width);
}

/** A list of one keeps its brackets close: `[{`. */
function prettyList(items: readonly Json[], indent: string, width: number, used: number): string[] {
  const [only] = items;
  if (items.length === 1 && only !== undefined) {
    const lines = pretty(only, indent, width, used + 2);
    lines[0] = `[${lines[0]}`;
    lines[lines.length - 1] += ']';
    return lines;
  }
  const inner = `${indent}  `;
  const body = items.map((item) => {
    const lines = isFlat(item) ? filled(item, inner, width) : pretty(item, inner, width);
    lines[0] = inner + lines[0];
    return lines;
  });
  return ['[', ...withCommas(body), `${indent}]`];
}

function prettyObject(value: JsonObject, indent: string, width: number): string[] {
  const inner = `${indent}  `;
  const body = Object.entries(value).map(([name, item]) => {
    const key = `${JSON.stringify(name)}: `;
    const lines = pretty(item, inner, width, key.length);
    lines[0] = `${inner}${key}${lines[0]}`;
    return lines;
  });
  return ['{', ...withCommas(body), `${indent}}`];
}

/** Many small objects in a list take as few lines as they can. */
function filled(value: JsonObject, indent: string, width: number): string[] {
  const lines: string[] = [];
  let line = '{';
  const parts = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${oneLine(item)}`);
  for (const [index, part] of parts.entries()) {
    const piece = index < parts.length - 1 ? `${part},` : `${part} }`;
    const start = lines.length === 0 ? indent.length : 0;
    if (start + line.length + piece.length + 1 > width) {
      lines.push(line);
      line = `${indent} `;
    }
    line += ` ${piece}`;
  }
  return [...lines, line];
}

function isFlat(value: Json): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((item) => typeof item !== 'object' || item === null)
  );
}

function withCommas(parts: readonly string[][]): string[] {
  return parts.flatMap((lines, index) =>
    index < parts.length - 1 ? [...lines.slice(0, -1), `${lines.at(-1)},`] : lines,
  );
}

function oneLine(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${oneLine(item)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
