import { once } from 'node:events';
import { connect } from 'node:net';

export interface WebSocketClient {
  /** Sends a message, and resolves to the next message that arrives. */
  ask(message: object): Promise<unknown>;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<unknown>;
}

const HANDSHAKE = [
  'GET / HTTP/1.1',
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n');

const FINAL_TEXT = 0x81;
const MASKED = 0x80;
/** A mask of zeros, which changes nothing. */
const NO_MASK = [0, 0, 0, 0];

/** A client for short messages (RFC 6455), because Node 20 has none. */
export async function connectWebSocket(port: number): Promise<WebSocketClient> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.write(HANDSHAKE);
  const [response] = (await once(socket, 'data')) as [Buffer];
  if (!response.includes('101 Switching Protocols')) throw new Error(`no websocket: ${response.toString()}`);
  return {
    closed,
    async ask(message) {
      const text = JSON.stringify(message);
      socket.write(Buffer.from([FINAL_TEXT, MASKED + text.length, ...NO_MASK, ...Buffer.from(text)]));
      const [frame] = (await once(socket, 'data')) as [Buffer];
      return JSON.parse(frame.subarray(2).toString()) as unknown;
    },
  };
}
