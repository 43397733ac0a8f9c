import { SOAP_VERSIONS, type SoapVersion } from '../base/message.ts';
import type { ServiceRole } from '../contract/soap-contract.ts';

/** A version as installers write it: `1.5`, `15`, `v15s`, `OCPP16`, `v1/5`. */
const VERSION_STEP = /(?:(?:ocpp|v)[_-]?1[._/-]?|(?:^|[^a-z0-9])1\.)([256])(?:s|soap)?(?=\/|$)/i;

function version(digit: string | undefined): SoapVersion | undefined {
  return SOAP_VERSIONS.find((name) => name === `1.${digit}`);
}

/** The path of a request target, without its query, host and doubled slashes. */
export function pathOf(target: string): string {
  const path = (target.split('?', 1)[0] ?? '').replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/\/{2,}/g, '/');
  return path === '' ? '/' : path;
}

/** The version that a path names, as in the addresses of other central systems; the body's namespace comes first. */
export function versionInPath(target: string): SoapVersion | undefined {
  return version(VERSION_STEP.exec(pathOf(target))?.[1]);
}

/** Which WSDL a request asks for: `?wsdl`, `?wsdl=1.5`, `?wsdl=1.5-ChargePoint`, `?wsdl&version=1.2&service=ChargePoint`. */
export function wsdlAsked(target: string): { version: SoapVersion; role: ServiceRole } | undefined {
  const at = target.indexOf('?');
  if (at < 0) return undefined;
  const query = new Map(
    [...new URLSearchParams(target.slice(at + 1).replace(/%26/g, '&'))].map(([key, value]) => [
      key.toLowerCase(),
      value,
    ]),
  );
  const value = query.get('wsdl');
  if (value === undefined) return undefined;
  const asked = `${value} ${query.get('version') ?? ''}`;
  const role = /charge-?point/i.test(`${value} ${query.get('service') ?? ''}`) ? 'ChargePoint' : 'CentralSystem';
  return { version: version(/1[._-]?([256])/.exec(asked)?.[1]) ?? versionInPath(target) ?? '1.6', role };
}
