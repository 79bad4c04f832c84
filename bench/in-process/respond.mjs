import { setImmediate } from 'node:timers/promises';
import { RawConnection } from './raw-connection.mjs';

/** As many as the benchmark with a network has: a turn of the event loop serves several requests there, too. */
const CONNECTIONS = 10;

/** Responds to requests over connections that exist in this process only. Returns the CPU time of a request in microseconds. */
export async function respondInProcess(server, path, amount) {
  const connections = Array.from({ length: CONNECTIONS }, () => new RawConnection(server, path));
  await checkResponse(connections[0], path);
  const before = process.cpuUsage();
  for (let sent = 0; sent < amount; sent += CONNECTIONS) {
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
