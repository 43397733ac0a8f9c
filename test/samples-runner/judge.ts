/** What holds for every message the bridge writes, whatever the sample shows: schemas, correlation, addresses. */

import type { Json, JsonObject } from '../../src/base/message.ts';
import type { JsonContract } from '../../src/contract/json-contract.ts';
import { loadJsonContract } from '../../src/contract/ocppj.ts';
import type { ServiceRole, SoapContracts } from '../../src/contract/soap-contract.ts';
import { loadSoapContracts } from '../../src/contract/wsdl.ts';
import { type BodyValidator, bodyValidator } from '../contract/xsd.ts';
import { bodyOf, headersOf, xmlTree } from './xml-tree.ts';

const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** OCPP-J 1.6, section 4.1.4. */
const LONGEST_ID = 36;
const CALL_ERRORS: ReadonlySet<Json | undefined> = new Set([
  'NotImplemented',
  'NotSupported',
  'InternalError',
  'ProtocolError',
  'SecurityError',
  'FormationViolation',
  'PropertyConstraintViolation',
  'OccurenceConstraintViolation',
  'TypeConstraintViolation',
  'GenericError',
]);

export class Judge {
  readonly contracts: SoapContracts;
  readonly json: JsonContract;
  readonly #validators = new Map<string, BodyValidator>();

  private constructor(contracts: SoapContracts, json: JsonContract) {
    this.contracts = contracts;
    this.json = json;
  }

  static async make(): Promise<Judge> {
    return new Judge(await loadSoapContracts('wsdl'), loadJsonContract('ocpp1.6'));
  }

  /** Faults of a SOAP message by the schema of its own namespace. Faults have no schema. */
  schemaFaults(xml: string, role?: ServiceRole): string[] {
    const body = bodyOf(xmlTree(xml));
    if (body?.name === 'Fault') return [];
    const service = this.contracts.all.find(
      (candidate) => candidate.namespace === body?.namespace && (role === undefined || candidate.role === role),
    );
    if (service === undefined) return [`<${body?.name}> has the namespace "${body?.namespace}"`];
    let validate = this.#validators.get(service.namespace);
    if (validate === undefined) {
      validate = bodyValidator(service.wsdl);
      this.#validators.set(service.namespace, validate);
    }
    return validate(xml).map((line) => `by the XML schema: ${line}`);
  }

  /** Faults of a payload by its JSON schema. */
  payloadFaults(action: Json | undefined, part: 'request' | 'answer', payload: Json | undefined): string[] {
    if (typeof action !== 'string' || !this.json.actions.has(action)) return [`${action} is no action`];
    if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return ['the payload is no object'];
    const violation = this.json.check(action, part, payload as JsonObject);
    return violation ? [`by the JSON schema: ${violation.reason}`] : [];
  }

  callFaults(frame: readonly Json[]): string[] {
    const [, id, action, payload] = frame;
    const faults = this.payloadFaults(action, 'request', payload);
    if (frame.length !== 4) faults.push('a CALL has four parts');
    if (typeof id !== 'string' || id.length > LONGEST_ID)
      faults.push('the unique id is no text of at most 36 characters');
    return faults;
  }

  answerFaults(frame: readonly Json[], id: string, action: string): string[] {
    const faults = frame[1] === id ? [] : [`the answer is for ${JSON.stringify(frame[1])}, the call was ${id}`];
    if (frame[0] === 3) return [...faults, ...this.payloadFaults(action, 'answer', frame[2])];
    if (frame.length !== 5 || !CALL_ERRORS.has(frame[2])) faults.push(`${frame[2]} is no CALLERROR code of OCPP 1.6`);
    if (typeof frame[3] !== 'string' || frame[3].length > 255) faults.push('the errorDescription is too long');
    return faults;
  }

  /** Addressing of an answer or Fault. `messageId` is what the request had; undefined when it had none. */
  addressingFaults(xml: string, messageId: string | undefined): string[] {
    const tree = xmlTree(xml);
    const headers = headersOf(tree);
    const body = bodyOf(tree);
    const faults: string[] = [];
    for (const name of ['chargeBoxIdentity', 'From', 'ReplyTo']) {
      if (headers.has(name)) faults.push(`${name} has no place in an answer`);
    }
    const relatesTo = headers.get('RelatesTo')?.text;
    if (relatesTo !== messageId && !(body?.name === 'Fault' && headers.size === 0)) {
      faults.push(`RelatesTo is ${relatesTo}, the MessageID was ${messageId}`);
    }
    const action = headers.get('Action')?.text;
    const wanted = body?.name === 'Fault' ? /\/fault$/ : new RegExp(`^/${body?.name}$`, 'i');
    if (action !== undefined && !wanted.test(action)) faults.push(`Action is ${action} for <${body?.name}>`);
    return faults;
  }

  /** Addressing of a call to a charge point. */
  callbackFaults(xml: string, identity: string, url: string): string[] {
    const tree = xmlTree(xml);
    const headers = headersOf(tree);
    const body = bodyOf(tree);
    const faults: string[] = [];
    const named = headers.get('chargeBoxIdentity');
    if (named?.text !== identity) faults.push(`chargeBoxIdentity is ${named?.text}, not ${identity}`);
    if (named?.namespace !== body?.namespace) faults.push('chargeBoxIdentity is not in the namespace of the service');
    if (!new RegExp(`^urn:uuid:${UUID}$`).test(headers.get('MessageID')?.text ?? ''))
      faults.push('MessageID is no UUID');
    if (headers.get('To')?.text !== url) faults.push(`To is ${headers.get('To')?.text}, the call went to ${url}`);
    const action = headers.get('Action')?.text;
    if (action !== undefined && `${action}Request`.toLowerCase() !== `/${body?.name}`.toLowerCase()) {
      faults.push(`Action is ${action} for <${body?.name}>`);
    }
    return faults;
  }
}
