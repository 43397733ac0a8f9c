import type { SoapVersion } from '../base/message.ts';
import type { Group } from './model.ts';

export type ServiceRole = 'CentralSystem' | 'ChargePoint';

/** One request or answer of an operation, as its WSDL gives it. */
export interface SoapMessage {
  /** Body element, for example `bootNotificationRequest`. */
  readonly element: string;
  readonly namespace: string;
  /** WS-Addressing action to write, `/BootNotification` or `/BootNotificationResponse`. */
  readonly action: string;
  readonly type: Group;
}

export interface SoapOperation {
  readonly name: string;
  readonly request: SoapMessage;
  readonly answer: SoapMessage;
}

export interface SoapService {
  readonly version: SoapVersion;
  readonly role: ServiceRole;
  readonly namespace: string;
  /** The WSDL's own text, to be served. */
  readonly wsdl: string;
  readonly operations: ReadonlyMap<string, SoapOperation>;
}

/** The six services. */
export interface SoapContracts {
  service(version: SoapVersion, role: ServiceRole): SoapService;
  readonly all: readonly SoapService[];
}
