/** Prefix profiles: some stations accept only the prefixes that one central system once wrote. */

/** An empty prefix means the default namespace, declared where it is needed; `envelope` is never empty. */
export interface PrefixProfile {
  readonly envelope: string;
  readonly addressing: string;
  readonly body: string;
  /** For the namespace of the ChargePoint service, where it differs from `body`. */
  readonly chargePointBody?: string;
}

export const PREFIX_PROFILES = {
  default: { envelope: 's', addressing: 'a', body: 'o' },
  /** NKT stations. */
  soapenv: { envelope: 'soapenv', addressing: 'wsa', body: 'ns1' },
  /** As Apache CXF writes. */
  cxf: { envelope: 'soap', addressing: '', body: '' },
  gsoap: { envelope: 'SOAP-ENV', addressing: 'wsa5', body: 'cs', chargePointBody: 'cp' },
} as const satisfies Record<string, PrefixProfile>;

/** The prefix for elements of an OCPP namespace. */
export function bodyPrefix(profile: PrefixProfile, namespace: string): string {
  return profile.chargePointBody !== undefined && /\/cp\//i.test(namespace) ? profile.chargePointBody : profile.body;
}
