/** The shapes in which everything between the two banks speaks. Nothing here knows XML, sockets or frames. */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

/**
 * A value of the SOAP side after the envelope is gone: text as it stood on the wire, in the shape its contract gives.
 * Lists are always arrays, attributes are named `@unit`, the text of an element with attributes is named `.`.
 */
export type SoapValue = string | SoapObject | SoapValue[];
export interface SoapObject {
  [name: string]: SoapValue;
}

/** The OCPP versions that speak SOAP. */
export const SOAP_VERSIONS = ['1.2', '1.5', '1.6'] as const;
export type SoapVersion = (typeof SOAP_VERSIONS)[number];

/** The WebSocket subprotocols a CSMS can speak. */
export const CSMS_PROTOCOLS = ['ocpp1.6', 'ocpp2.0.1'] as const;
export type CsmsProtocol = (typeof CSMS_PROTOCOLS)[number];

/** `up`: charge point to CSMS. `down`: CSMS to charge point. Names the direction of a call; its answer travels back. */
export type Direction = 'up' | 'down';
