/** Thrown at start when a description of a protocol cannot be used. Never reaches a peer. */
export class ContractFaults extends Error {
  override readonly name = 'ContractFaults';
  /** One readable line each, with the file. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[], cause?: unknown) {
    super(
      `${faults.length} fault${faults.length === 1 ? '' : 's'} in the protocol descriptions:\n${faults.join('\n')}`,
      cause === undefined ? undefined : { cause },
    );
    this.faults = faults;
  }
}
