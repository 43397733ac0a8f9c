import { styleText } from 'node:util';

/** Colour for people at a terminal, and none for anybody else. */

export type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

export interface Screen {
  readonly out: NodeJS.WritableStream;
  readonly paint: Paint;
  readonly tty: boolean;
  /** Columns; 100 where there is no terminal. */
  width(): number;
}

/** Colours only when `out` is a terminal and NO_COLOR is not set. */
export function screenFor(out: NodeJS.WritableStream, environment: NodeJS.ProcessEnv = process.env): Screen {
  const tty = 'isTTY' in out && out.isTTY === true;
  const coloured = tty && environment['NO_COLOR'] === undefined;
  return {
    out,
    tty,
    paint: coloured ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text,
    width: () => (tty && 'columns' in out && typeof out.columns === 'number' ? out.columns : 100),
  };
}

/** Tags dim, content plain. Takes a finished line, so that painting never changes its width. */
export function paintXml(paint: Paint, line: string): string {
  return line.replace(/<[^>]*>?/g, (tag) => paint('cyan', tag));
}

/** Field names coloured, values plain. */
export function paintJson(paint: Paint, line: string): string {
  return line.replace(/"[^"]*"(?=:)/g, (name) => paint('magenta', name));
}
