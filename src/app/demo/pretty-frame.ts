import type { Json } from '../../base/message.ts';

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

function pretty(value: Json, indent: string, width: number): string[] {
  const flat = oneLine(value);
  if (typeof value !== 'object' || value === null || indent.length + flat.length + 1 <= width) return [flat];
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const parts = Array.isArray(value)
    ? value.map((item) => ({ key: '', item }))
    : Object.entries(value).map(([name, item]) => ({ key: `${JSON.stringify(name)}: `, item }));
  const body = parts.flatMap(({ key, item }, index) => {
    const lines = pretty(item, inner, width - key.length);
    lines[0] = `${inner}${key}${lines[0]}`;
    if (index < parts.length - 1) lines[lines.length - 1] += ',';
    return lines;
  });
  return [open, ...body, `${indent}${close}`];
}

function oneLine(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${oneLine(item)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
