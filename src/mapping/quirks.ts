/** The quirk profiles, ready for use: what one charge point needs that others do not, by what it says of itself. */

import type { SoapVersion } from '../base/message.ts';
import type { ProfilePlan } from './quirks-check.ts';
import { bestProfile, type Facts } from './quirks-match.ts';
import { NO_PROFILE } from './quirks-read.ts';
import type { Profile, Switches } from './quirks-table.ts';
import type { Translator } from './translator.ts';

/** How messages to a charge point are written. What is absent is as for everyone. */
export interface WireQuirks {
  /** Namespace prefixes, in answers and calls. */
  readonly prefixes?: NonNullable<Switches['prefixes']>;
  /** XML declaration, in answers and calls. */
  readonly declaration?: boolean;
  /** Headers of calls. */
  readonly action?: boolean;
  readonly from?: boolean;
  readonly messageId?: boolean;
  readonly soapAction?: boolean;
  /** Whether calls are compressed. */
  readonly gzip?: boolean;
  /** HTTP status of a Fault that is the sender's. */
  readonly senderFaultStatus?: 400 | 500;
  /** Milliseconds before an answer leaves, by operation. */
  readonly answerDelay?: ReadonlyMap<string, number>;
}

/** Everything that holds for one charge point. */
export interface Quirks {
  /** Undefined when none fits. */
  readonly profile: string | undefined;
  readonly wire: WireQuirks;
  /** Of times written without a zone. */
  readonly timezone: string | undefined;
  translator(version: SoapVersion): Translator | undefined;
}

export type Translators = ReadonlyMap<SoapVersion, Translator>;

export class Profiles {
  readonly #profiles: readonly Profile[];
  readonly #quirks: ReadonlyMap<string, Quirks>;
  readonly #none: Quirks;

  /** `compile` makes the translators of a profile that has its own. */
  constructor(plans: readonly ProfilePlan[], translators: Translators, compile: (plan: ProfilePlan) => Translators) {
    this.#profiles = plans.map(({ profile }) => profile);
    this.#none = quirksOf(undefined, {}, translators);
    this.#quirks = new Map(
      plans.map((plan) => {
        const { name, switches } = plan.profile;
        return [name, quirksOf(name, switches, plan.plans ? compile(plan) : translators)];
      }),
    );
  }

  /** All names, and the one that means none. */
  get names(): readonly string[] {
    return [...this.#quirks.keys(), NO_PROFILE];
  }

  /** The profile named, or else the most specific one that fits. */
  profileFor(facts: Facts, named?: string): Quirks {
    const name = named ?? bestProfile(this.#profiles, facts)?.name;
    return (name === undefined ? undefined : this.#quirks.get(name)) ?? this.#none;
  }
}

function quirksOf(profile: string | undefined, switches: Switches, translators: Translators): Quirks {
  const { prefixes, declaration, action, from, gzip } = switches;
  const messageId = switches['message-id'];
  const soapAction = switches['soap-action'];
  const senderFaultStatus = switches['fault-status'];
  const answerDelay = switches['answer-delay'];
  return {
    profile,
    timezone: switches['time-zone'],
    wire: {
      ...(prefixes !== undefined && { prefixes }),
      ...(declaration !== undefined && { declaration }),
      ...(action !== undefined && { action }),
      ...(from !== undefined && { from }),
      ...(messageId !== undefined && { messageId }),
      ...(soapAction !== undefined && { soapAction }),
      ...(gzip !== undefined && { gzip }),
      ...(senderFaultStatus !== undefined && { senderFaultStatus }),
      ...(answerDelay !== undefined && { answerDelay }),
    },
    translator: (version) => translators.get(version),
  };
}
