import { InvalidArgumentError } from 'commander';

/** Readers of option values; a value that makes no sense ends the program with one line and exit code 1. */

export function wholeAboveZero(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('a whole number above 0 is wanted');
  return value;
}

/** `Infinity` is a number too: without a limit. */
export function aboveZero(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('a number above 0 is wanted, or Infinity');
  return value;
}

export function whole(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value)) throw new InvalidArgumentError('a whole number is wanted');
  return value;
}

export function port(text: string): number {
  const value = whole(text);
  if (value < 0 || value > 65_535) throw new InvalidArgumentError('a port is wanted: 0 to 65535');
  return value;
}

export function httpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError('an http: or https: address is wanted');
  }
  return text;
}
