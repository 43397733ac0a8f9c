/** A text as an array of its code units: to look at them one by one is much faster there than in a string. */

/** Code units; nearly every message is shorter. */
const SHORT = 32_768;

const scratch = new Uint16Array(SHORT);
const scratchBytes = Buffer.from(scratch.buffer);
/** Whether this machine stores numbers as UTF-16 little-endian does. */
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The code units of `text` and a zero behind them. Valid until the next call: short texts share one array. */
export function codesOf(text: string): Uint16Array {
  const short = text.length < SHORT;
  const codes = short ? scratch : new Uint16Array(text.length + 1);
  const bytes = short ? scratchBytes : Buffer.from(codes.buffer);
  const end = bytes.write(text, 'utf16le');
  if (!LITTLE_ENDIAN) bytes.subarray(0, end).swap16();
  codes[text.length] = 0;
  return codes;
}
