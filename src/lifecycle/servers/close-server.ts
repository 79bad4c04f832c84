import type { Server } from 'node:http';

/** Milliseconds for requests in flight when the server closes. */
const CLOSE_LIMIT = 1000;

/** Stops listening and closes the connections: idle ones at once, the others after their response. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    const limit = setTimeout(() => server.closeAllConnections(), CLOSE_LIMIT);
    server.close(() => {
      clearTimeout(limit);
      resolve();
    });
    server.closeIdleConnections();
  });
}
