import { type Socket, createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { onAbort } from '../../core/async.js';

export interface DatagramReceiver {
  readonly host: string;
  readonly port: number;
}

/** Bytes. A datagram of this size passes an Ethernet network, also through a tunnel, without being split. */
const LARGEST = 1432;

/** Sends the lines over UDP, several in one datagram. UDP has no response: a lost datagram is no failure. */
export async function sendLines(
  lines: readonly string[],
  { host, port }: DatagramReceiver,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  let rejectAborted: (reason: unknown) => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => (rejectAborted = reject));
  const removeListener = onAbort(signal, () => rejectAborted(signal.reason));
  socket.on('error', rejectAborted);
  try {
    for (const datagram of pack(lines)) await Promise.race([send(socket, datagram, port, host), aborted]);
  } finally {
    removeListener();
    socket.close();
  }
}

function send(socket: Socket, datagram: string, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(datagram, port, host, (error) => (error ? reject(error) : resolve()));
  });
}

/** A line that is longer than a datagram is sent alone. */
export function pack(lines: readonly string[]): readonly string[] {
  const datagrams: string[] = [];
  for (const line of lines) {
    const last = datagrams.at(-1);
    const joined = `${last}\n${line}`;
    if (last !== undefined && Buffer.byteLength(joined) <= LARGEST) datagrams[datagrams.length - 1] = joined;
    else datagrams.push(line);
  }
  return datagrams;
}
