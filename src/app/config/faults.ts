/** One thing that is wrong with a configuration. */
export interface ConfigFault {
  /** `file:line:column`, or `environment`. */
  readonly where: string;
  /** `csms.url`; a variable; empty for faults of the whole. */
  readonly path: string;
  readonly message: string;
}

/** Everything that is wrong with a configuration, at once. The message has one line for each fault. */
export class ConfigFaults extends Error {
  override readonly name = 'ConfigFaults';
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    super(faults.map(lineOf).join('\n'));
    this.faults = faults;
  }
}

function lineOf({ where, path, message }: ConfigFault): string {
  return [where, path, message].filter((part) => part !== '').join(': ');
}
