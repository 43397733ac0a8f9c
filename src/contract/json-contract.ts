import type { ErrorCode } from '../base/errors.ts';
import type { CsmsProtocol, JsonObject } from '../base/message.ts';
import type { Group } from './model.ts';

export interface JsonAction {
  readonly name: string;
  readonly request: Group;
  readonly answer: Group;
}

export interface Violation {
  readonly code: Extract<ErrorCode, 'FieldMissing' | 'FieldType' | 'FieldValue' | 'PayloadShape'>;
  /** One readable line: the path and what is wrong with it. */
  readonly reason: string;
}

/** What an OCPP-J version promises, from its JSON schemas. */
export interface JsonContract {
  readonly protocol: CsmsProtocol;
  readonly actions: ReadonlyMap<string, JsonAction>;
  /** First violation of the published schema, or undefined. Validators are compiled on first use. */
  check(action: string, part: 'request' | 'answer', payload: JsonObject): Violation | undefined;
  /**
   * Reads tolerantly (nulls are absent, numeric strings become numbers and numbers strings where the schema says so,
   * unknown fields go) and says how many things it changed. Does not validate.
   */
  repair(action: string, part: 'request' | 'answer', payload: JsonObject): { payload: JsonObject; dropped: string[] };
}
