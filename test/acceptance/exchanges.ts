/** The exchanges of test/acceptance/exchanges, and how what a stack read is compared with them. */

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { JsonObject, SoapVersion } from '../../src/base/message.ts';

export interface ExchangeRow {
  readonly call: string;
  /** What is special about it. */
  readonly title?: string;
  readonly asks: JsonObject;
  /** What the other side reads; absent: as asked; `nothing`: it hears nothing. */
  readonly arrives?: JsonObject | 'nothing';
  /** What the other side says; absent: it is never asked. */
  readonly answers?: JsonObject;
  /** What the caller reads; absent: as answered. */
  readonly returns?: JsonObject;
  /** OCPP-J error code that the caller gets. */
  readonly refused?: string;
}

export interface Exchanges {
  readonly up: readonly ExchangeRow[];
  readonly down: readonly ExchangeRow[];
}

export function exchangesOf(version: SoapVersion): Exchanges {
  return parse(readFileSync(new URL(`exchanges/ocpp${version}.yaml`, import.meta.url), 'utf8')) as Exchanges;
}

export function titleOf({ call, title }: ExchangeRow): string {
  return title === undefined ? call : `${call}: ${title}`;
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** A SOAP message as text, since stacks make types of their own of it: instants in one spelling, nothing for what is empty. */
export function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (value !== null && typeof value === 'object') {
    const kept = Object.entries(value).filter(([, inner]) => !isNothing(inner));
    return Object.fromEntries(kept.map(([name, inner]) => [name, asText(inner)]));
  }
  const text = String(value);
  return DATE_TIME.test(text) ? new Date(text).toISOString() : text;
}

/** A message as a stack has it that knows no fractions of seconds. */
export function inWholeSeconds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inWholeSeconds);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, inWholeSeconds(inner)]));
  return typeof value === 'string' && DATE_TIME.test(value) ? value.replace(/\.\d+/, '') : value;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** `got` with the words of `want` that stand for whole sets put in where they hold. */
export function named(got: unknown, want: unknown): unknown {
  if (want === '<now>' && typeof got === 'string' && DATE_TIME.test(got)) {
    return Math.abs(Date.parse(got) - Date.now()) < 3_600_000 ? want : got;
  }
  if (want === '<alias>' && typeof got === 'string' && /^ZZ[A-Z2-7]{18}$/.test(got)) return want;
  if (got === null || typeof got !== 'object' || want === null || typeof want !== 'object') return got;
  if (Array.isArray(got)) return got.map((item, index) => named(item, (want as unknown[])[index]));
  return Object.fromEntries(
    Object.entries(got).map(([name, inner]) => [name, named(inner, (want as Record<string, unknown>)[name])]),
  );
}
