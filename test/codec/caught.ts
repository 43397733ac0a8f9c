import { BridgeError, type ErrorCode } from '../../src/base/errors.ts';

/** The BridgeError that `act` throws; anything else fails the test. */
export function caught(act: () => unknown): BridgeError {
  try {
    act();
  } catch (error) {
    if (error instanceof BridgeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

export function codeOf(act: () => unknown): ErrorCode {
  return caught(act).code;
}
