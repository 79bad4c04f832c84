import { setImmediate } from 'node:timers/promises';
import { RawConnection } from './raw-connection.mjs';

/**
 * Responds to requests over connections that exist in this process only. Each turn of the event loop has one request of each
 * connection. Returns the CPU time of a request in microseconds.
 */
export async function respondInProcess(server, { path, connections: count, amount }) {
  const connections = Array.from({ length: count }, () => new RawConnection(server, path));
  await checkResponse(connections[0], path);
  const before = process.cpuUsage();
  for (let sent = 0; sent < amount; sent += count) {
    await Promise.all(connections.map((connection) => connection.send()));
    // The next requests arrive in a later turn of the event loop, as from a socket.
    await setImmediate();
  }
  const { user, system } = process.cpuUsage(before);
  for (const connection of connections) await checkResponse(connection, path);
  for (const connection of connections) connection.close();
  return { microseconds: (user + system) / amount };
}

async function checkResponse(connection, path) {
  const response = (await connection.send()).map(String).join('');
  if (!response.startsWith('HTTP/1.1 200 ')) throw new Error(`${path} without a network: ${response.slice(0, 200)}`);
}
