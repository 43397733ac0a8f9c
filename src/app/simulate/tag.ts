import type { SoapObject } from '../../base/message.ts';

/** Whether an answer's idTagInfo lets the tag charge. */
export function tagAccepted(answer: SoapObject | undefined): boolean {
  const info = answer?.['idTagInfo'];
  return typeof info === 'object' && !Array.isArray(info) && info['status'] === 'Accepted';
}
