import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/** A CSMS that answers at once and does nothing else. The relay's raw frames are answered with a fixed SOAP text. */

const SOAP_ANSWER =
  '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:o="urn://Ocpp/Cs/2012/06/"><s:Header><a:Action>/HeartbeatResponse</a:Action><a:MessageID>urn:uuid:00000000-0000-4000-8000-000000000000</a:MessageID><a:To>http://www.w3.org/2005/08/addressing/anonymous</a:To></s:Header><s:Body><o:heartbeatResponse><o:currentTime>2024-03-09T10:15:30Z</o:currentTime></o:heartbeatResponse></s:Body></s:Envelope>';

let transactions = 0;
const ANSWERS: Readonly<Record<string, () => object>> = {
  BootNotification: () => ({ status: 'Accepted', currentTime: new Date().toISOString(), interval: 300 }),
  Heartbeat: () => ({ currentTime: new Date().toISOString() }),
  StartTransaction: () => ({ transactionId: ++transactions, idTagInfo: { status: 'Accepted' } }),
  Authorize: () => ({ idTagInfo: { status: 'Accepted' } }),
  DataTransfer: () => ({ status: 'Accepted' }),
};
const ANSWERS_201: typeof ANSWERS = { ...ANSWERS, Authorize: () => ({ idTokenInfo: { status: 'Accepted' } }) };

/** Starts it on a free port; the port is returned. */
export async function startCsms(): Promise<number> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket) => {
    const answers = socket.protocol === 'ocpp2.0.1' ? ANSWERS_201 : ANSWERS;
    socket.on('message', (data) => {
      const text = String(data);
      if (text[0] !== '[') {
        socket.send(`${text.slice(0, text.indexOf('\n'))}\n${SOAP_ANSWER}`);
        return;
      }
      const [kind, id, action] = JSON.parse(text) as [number, string, string];
      if (kind === 2) socket.send(JSON.stringify([3, id, answers[action]?.() ?? {}]));
    });
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
