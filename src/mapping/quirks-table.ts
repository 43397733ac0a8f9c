/** What a file of quirk profiles says, as data: what single makes of charge points need that others do not. */

import type { SoapVersion } from '../base/message.ts';
import type { Place } from './fault.ts';
import type { Row } from './table.ts';

/** Words, not settings of the codec: this room knows no XML. */
export const PREFIXES = ['default', 'soapenv', 'cxf', 'gsoap'] as const;
export const TAG_CASES = ['as-is', 'upper', 'lower'] as const;
export const FAULT_STATUSES = [500, 400] as const;
export const FRACTIONS = [0, 3] as const;

/** Absent means: as for every charge point. */
export interface Switches {
  readonly prefixes?: (typeof PREFIXES)[number];
  readonly action?: boolean;
  readonly from?: boolean;
  readonly 'message-id'?: boolean;
  readonly 'soap-action'?: boolean;
  readonly declaration?: boolean;
  readonly gzip?: boolean;
  readonly 'fault-status'?: (typeof FAULT_STATUSES)[number];
  /** Milliseconds, by operation. */
  readonly 'answer-delay'?: ReadonlyMap<string, number>;
  readonly 'time-zone'?: string;
  readonly fraction?: (typeof FRACTIONS)[number];
  readonly 'tag-case'?: (typeof TAG_CASES)[number];
}

/** How well a profile is founded. */
export const EVIDENCE = ['capture', 'report', 'specification', 'guess'] as const;

/** What a charge point is known by, weakest first. */
export const FACTS = ['vendor', 'model', 'firmware', 'identity'] as const;
export type Fact = (typeof FACTS)[number];

/** All patterns must fit: `*` stands for any run of characters. */
export interface Match extends Place {
  readonly patterns: ReadonlyMap<Fact, string>;
}

export interface PatchedOperation extends Place {
  readonly request: readonly Row[];
  readonly answer: readonly Row[];
}

/** Rows in place of rows of one table. */
export interface Patch extends Place {
  readonly version: SoapVersion;
  readonly shapes: ReadonlyMap<string, Place & { readonly rows: readonly Row[] }>;
  readonly up: ReadonlyMap<string, PatchedOperation>;
  readonly down: ReadonlyMap<string, PatchedOperation>;
}

/** Patches with a name, for profiles to use. */
export interface PatchSet extends Place {
  readonly name: string;
  readonly patches: readonly Patch[];
}

export interface Profile extends Place {
  readonly name: string;
  /** One that fits is enough; none at all: only the configuration can name the profile. */
  readonly for: readonly Match[];
  readonly evidence: (typeof EVIDENCE)[number];
  readonly switches: Switches;
  readonly use: readonly (Place & { readonly name: string })[];
  readonly rows: readonly Patch[];
}

export interface QuirkFile {
  readonly profiles: readonly Profile[];
  readonly patchSets: readonly PatchSet[];
}
