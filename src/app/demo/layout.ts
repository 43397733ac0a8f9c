import { type Paint, paintJson, paintXml } from './paint.ts';

/** Where the lines of an exchange stand: SOAP left and JSON right on a wide screen, else one below the other. */

export interface Block {
  readonly side: 'soap' | 'json';
  /** A remark stands where a message would, when there is none. */
  readonly part: 'call' | 'answer' | 'remark';
  readonly lines: readonly string[];
  /** A Fault, a CALLERROR or no answer at all. */
  readonly bad: boolean;
  /** The exchange was started by the charge point. */
  readonly up: boolean;
}

/** Lines that are not worth a cut. */
const FEW = 3;

/** Cuts a message to about `most` lines of at most `room` characters, and says how much is missing. */
export function clip(lines: readonly string[], room: number, most: number): string[] {
  const shown = lines.length > most + FEW ? lines.slice(0, most) : lines;
  const cut = shown.map((line) => (line.length > room ? `${line.slice(0, Math.max(0, room - 1))}…` : line));
  return shown.length < lines.length ? [...cut, `… ${lines.length - shown.length} more lines`] : cut;
}

export function stacked(blocks: readonly Block[], _room: number, paint: Paint): string[] {
  return blocks.flatMap((block) =>
    block.lines.map((line, index) => {
      const label = index === 0 ? `${arrow(block)} ${block.part === 'remark' ? '    ' : block.side}` : '      ';
      return ` ${paint('dim', ` ${label} │`)} ${painted(block, line, paint)}`;
    }),
  );
}

/** Calls side by side, answers side by side below them. */
export function columns(blocks: readonly Block[], room: number, paint: Paint): string[] {
  const calls = blocks.filter((block) => block.part !== 'answer');
  const answers = blocks.filter((block) => block.part === 'answer');
  return [...sideBySide(calls, room, paint), ...sideBySide(answers, room, paint)];
}

function sideBySide(blocks: readonly Block[], room: number, paint: Paint): string[] {
  const cells = (side: Block['side']) =>
    blocks.filter((block) => block.side === side).flatMap((block) => block.lines.map((line) => ({ block, line })));
  const left = cells('soap');
  const right = cells('json');
  const sign = arrow(blocks.find((block) => block.part !== 'remark') ?? blocks[0]);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => {
    const soap = left[row];
    const json = right[row];
    const pad = ' '.repeat(Math.max(0, room - (soap?.line.length ?? 0)));
    const middle = paint('dim', row === 0 ? sign : '│');
    return `  ${soap ? painted(soap.block, soap.line, paint) : ''}${pad} ${middle}  ${
      json ? painted(json.block, json.line, paint) : ''
    }`.trimEnd();
  });
}

/** SOAP is drawn left and JSON right, so an arrow to the right goes to the CSMS. */
function arrow(block: Block | undefined): string {
  if (!block || block.part === 'remark') return ' ';
  return block.up === (block.part === 'call') ? '→' : '←';
}

function painted(block: Block, line: string, paint: Paint): string {
  if (block.part === 'remark') return paint(['dim', 'italic'], `(${line})`);
  if (block.bad) return paint('red', line);
  return block.side === 'soap' ? paintXml(paint, line) : paintJson(paint, line);
}
