import type { Json } from '../../../base/message.ts';
import { asking, command, isLacking, refusedAs, telling } from '../command.ts';
import { type StationCommand, station } from '../rules.ts';

/** DataTransfer of the CSMS (OCPP 2.0.1 P01): any JSON there, text at the charge point. */
export const dataTransferDown: StationCommand = command(
  {
    call: (state, { request }, context) => asking(state, 'DataTransfer.down', 'DataTransfer', request, {}, context),
    answered(state, _exchange, _question, answer, context) {
      const parse = station(context).settings.dataTransferData === 'parseJson';
      const data = parse ? parsed(answer['data']) : undefined;
      return telling(state, 'DataTransfer.down', answer, data === undefined ? {} : { data }, context);
    },
    refused: (state, _exchange, _question, refusal) =>
      refusedAs(state, refusal, isLacking(refusal) ? 'UnknownVendorId' : 'Rejected'),
  },
  { DataTransfer: ['Accepted', 'Rejected', 'UnknownMessageId', 'UnknownVendorId'] },
);

/** Undefined when it is no JSON. */
function parsed(data: Json | undefined): Json | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    return (JSON.parse(data) as Json) ?? undefined;
  } catch {
    return undefined;
  }
}
