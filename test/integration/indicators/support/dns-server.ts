import { type RemoteInfo, createSocket } from 'node:dgram';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** The response of the server: addresses, one of the codes of RFC 1035, or no response at all. */
export type DnsReply = readonly string[] | 'ESERVFAIL' | 'ENOTFOUND' | 'EREFUSED' | 'silence';

const CODES = { ESERVFAIL: 2, ENOTFOUND: 3, EREFUSED: 5 } as const;
const HEADER = 12;

export interface DnsServer {
  readonly address: string;
  readonly queries: number;
  reply: DnsReply;
}

/** A name server on a free port of the loopback address. It sends the same response to every query for an address. */
export async function startDnsServer(reply: DnsReply): Promise<DnsServer> {
  const socket = createSocket('udp4');
  const server = { address: '', queries: 0, reply };
  socket.on('message', (query: Buffer, { port, address }: RemoteInfo) => {
    server.queries += 1;
    const response = responseTo(query, server.reply);
    if (response) socket.send(response, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => {
    socket.close();
  });
  server.address = `127.0.0.1:${socket.address().port}`;
  return server;
}

function responseTo(query: Buffer, reply: DnsReply): Buffer | undefined {
  if (reply === 'silence') return undefined;
  const addresses = typeof reply === 'string' ? [] : reply;
  // The name ends with an empty label; the type and the class follow.
  const question = query.subarray(HEADER, query.indexOf(0, HEADER) + 5);
  const header = Buffer.alloc(HEADER);
  header.set(query.subarray(0, 2));
  header.writeUInt16BE(0x8180 | (typeof reply === 'string' ? CODES[reply] : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) =>
    // A pointer to the name of the query, A, IN, a TTL of 60 s, four octets.
    Buffer.from([0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([header, question, ...records]);
}
