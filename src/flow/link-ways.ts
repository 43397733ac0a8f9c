/** Where the link of a charge point may go: more ways than the configured one, when its CSMS gave it some (OCPP 2.0.1 B10). */
export interface LinkWays {
  /** In the order in which they are tried; after the last one the first again. The configured one is among them. */
  readonly ways: readonly LinkWay[];
  /** So many dials of one way fail before the next way is tried. */
  readonly attempts: number;
}

export interface LinkWay {
  /** 0: as configured. */
  readonly slot: number;
  /** In place of `csms.url`. */
  readonly url?: string;
  /** Hex, in place of the password of the configured way. */
  readonly password?: string;
}
