import { once } from 'node:events';
import { type RequestListener, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connections } from '../../../../src/lifecycle/servers/connections.js';
import { collectGarbage } from '../../../support/garbage.js';
import { latch } from '../../../support/latch.js';
import { RawConnection } from '../../../support/process-application/raw-connection.js';

/** The pending responses of the handler, by path. The test ends them. */
const held = new Map<string, ServerResponse>();
const handler: RequestListener = (request, response) => {
  const path = request.url?.split('?', 1)[0] ?? '';
  if (path.startsWith('/held')) held.set(path, response);
  else if (path === '/streamed') {
    response.write('begun');
    held.set(path, response);
  } else if (path === '/refused') response.writeHead(503).end('no');
  else response.end('fine');
};

const refused: string[] = [];
let server = createServer(handler);
let connections = new Connections();
let clients: RawConnection[] = [];

beforeEach(async () => {
  held.clear();
  refused.length = 0;
  server = createServer(handler);
  server.keepAliveTimeout = 60_000;
  connections = new Connections();
  connections.onRefused((path) => refused.push(path));
  connections.watch(server);
  server.on('upgrade', (_request, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\nupgraded'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  for (const each of clients) each.destroy();
  clients = [];
  server.close();
  server.closeAllConnections();
});

async function client(): Promise<RawConnection> {
  const opened = await RawConnection.open((server.address() as AddressInfo).port);
  clients.push(opened);
  return opened;
}

/** A client whose request is in progress at the server. */
async function busy(path: string): Promise<RawConnection> {
  const opened = await client();
  opened.get(path);
  await vi.waitFor(() => expect(held.has(path.split('?', 1)[0] ?? '')).toBe(true));
  return opened;
}

/** A client whose request has received its response and whose connection is kept. */
async function idle(): Promise<RawConnection> {
  const opened = await client();
  opened.get('/');
  await opened.waitFor('fine');
  return opened;
}

async function open(count: number): Promise<readonly string[]> {
  await vi.waitFor(() => expect(connections.open).toHaveLength(count));
  return connections.open;
}

const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let settled = false;
  void promise.then(() => (settled = true));
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
};

describe('the connections with requests in flight', () => {
  it('are counted by their paths until their responses are complete', async () => {
    const paths: string[] = [];
    const all = (path: string): boolean => paths.push(path) > 0;
    await idle();
    const one = await busy('/held?token=secret');
    await busy('/streamed');
    expect(connections.inFlight(all)).toBe(2);
    expect(paths).toEqual(['/held', '/streamed']);
    expect(connections.inFlight((path) => path !== '/held')).toBe(1);

    held.get('/held')?.end('done');
    expect(connections.inFlight(all)).toBe(1);
    await one.waitFor('done');
    clients.at(-1)?.destroy();
    await vi.waitFor(() => expect(connections.inFlight(all)).toBe(0));
  });

  it('are unknown without a server', () => {
    expect(new Connections().inFlight(() => true)).toBeUndefined();
  });
});

describe('the connections before the drain', () => {
  it('counts no requests and changes no response', async () => {
    const one = await busy('/held');
    expect(connections.open).toEqual([]);
    held.get('/held')?.end('done');
    await one.waitFor('done');

    expect(one.received).toContain('Connection: keep-alive');
    expect(server.listenerCount('request')).toBe(1);
  });

  it('does not report a 503', async () => {
    const one = await client();
    one.get('/refused');
    await one.waitFor('503');

    expect(refused).toEqual([]);
  });
});

describe('requests in flight when the drain begins', () => {
  it('are counted, by method and path without the query', async () => {
    await busy('/held?token=secret');
    connections.beginDraining();

    expect(connections.open).toEqual([expect.stringMatching(/^GET \/held \(for \d+ ms\)$/)]);
  });

  it('do not include idle connections', async () => {
    await idle();
    await client();
    connections.beginDraining();

    expect(connections.open).toEqual([]);
    await expect(isSettled(connections.whenCurrentDone())).resolves.toBe(true);
  });

  it('are all awaited', async () => {
    await busy('/held/1');
    await busy('/held/2');
    connections.beginDraining();
    const done = connections.whenCurrentDone();

    held.get('/held/2')?.end();
    await open(1);
    await expect(isSettled(done)).resolves.toBe(false);

    held.get('/held/1')?.end();
    await done;
    expect(connections.open).toEqual([]);
  });

  it('close their connection with their response', async () => {
    const one = await busy('/held');
    connections.beginDraining();
    held.get('/held')?.end('done');

    await one.waitForClose();
    expect(one.received).toMatch(/connection: close/i);
    expect(one.received).toContain('done');
  });

  it('keep their connection header when their headers have been sent', async () => {
    const one = await busy('/streamed');
    connections.beginDraining();
    const done = connections.whenCurrentDone();
    await expect(isSettled(done)).resolves.toBe(false);

    held.get('/streamed')?.end('ended');
    await done;
    await one.waitFor('ended');
    expect(one.received).toContain('Connection: keep-alive');
    expect(connections.closeIdle()).toEqual({ idle: 1, silent: 0 });
  });

  it('end when the client disconnects', async () => {
    const one = await busy('/held');
    connections.beginDraining();
    const done = connections.whenCurrentDone();

    one.destroy();

    await done;
    expect(connections.open).toEqual([]);
  });
});

describe('requests that arrive during the drain', () => {
  it('are served, counted, and close their connection', async () => {
    const one = await idle();
    connections.beginDraining();
    one.get('/held');
    await open(1);
    held.get('/held')?.end('done');

    await one.waitForClose();
    expect(one.received).toMatch(/connection: close/i);
    expect(one.received).toContain('done');
    await open(0);
  });

  it('do not prolong an earlier wait', async () => {
    await busy('/held/1');
    connections.beginDraining();
    const done = connections.whenCurrentDone();
    await busy('/held/2');
    await open(2);

    held.get('/held/1')?.end();

    await done;
    expect(connections.open).toEqual([expect.stringContaining('GET /held/2')]);
  });

  it('are reported when the response is a 503, without their query', async () => {
    connections.beginDraining();
    const one = await client();
    one.get('/refused?token=secret');
    await one.waitForClose();
    const other = await client();
    other.get('/fine');
    await other.waitForClose();

    await vi.waitFor(() => expect(refused).toEqual(['/refused']));
  });

  it('are counted once when the drain is begun several times', async () => {
    connections.beginDraining();
    connections.beginDraining();

    expect(server.listenerCount('request')).toBe(2);
  });

  it('end with their connection when they were pipelined', async () => {
    connections.beginDraining();
    const one = await client();
    one.write('GET /held/1 HTTP/1.1\r\nHost: a\r\n\r\nGET /held/2 HTTP/1.1\r\nHost: a\r\n\r\n');
    await open(2);
    const done = connections.whenCurrentDone();

    one.destroy();

    await done;
    expect(connections.open).toEqual([]);
  });
});

describe('the connections without a server', () => {
  it('need no work', async () => {
    const none = new Connections();
    none.beginDraining();
    await none.stopListening(500);

    expect(none.open).toEqual([]);
    expect(none.closeIdle()).toEqual({ idle: 0, silent: 0 });
    await expect(isSettled(none.whenCurrentDone())).resolves.toBe(true);
  });
});

describe('stopListening', () => {
  it('refuses new connections, and lets busy ones finish', async () => {
    const one = await busy('/held');
    const { port } = server.address() as AddressInfo;
    await connections.stopListening(500);

    await expect(RawConnection.open(port)).rejects.toThrow('ECONNREFUSED');
    held.get('/held')?.end('done');
    await one.waitFor('done');
  });

  it('accepts the connections that have arrived, each in a turn of the event loop', async () => {
    const { port } = server.address() as AddressInfo;
    const coming = Array.from({ length: 20 }, () => connect(port, '127.0.0.1'));
    const ends = coming.map((socket) => once(socket, 'connect'));
    let accepted = 0;
    server.on('connection', () => (accepted += 1));
    // Node accepts the connections in this tick. The server receives one of them in each later turn.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    await connections.stopListening(500);

    expect(accepted).toBe(20);
    await Promise.all(ends);
    for (const socket of coming) socket.destroy();
  });

  it('ignores a server that is not listening', async () => {
    await connections.stopListening(500);
    const close = vi.spyOn(server, 'close');

    await connections.stopListening(500);

    expect(close).not.toHaveBeenCalled();
  });
});

describe('connections that arrive faster than the server accepts them', () => {
  it('are accepted when the limit is long enough, one in each turn that a handler makes slow', async () => {
    const { port } = server.address() as AddressInfo;
    let accepted = 0;
    server.on('connection', () => {
      accepted += 1;
      block(20);
    });
    const coming = Array.from({ length: 40 }, () => connect(port, '127.0.0.1'));
    for (const socket of coming) socket.on('error', () => undefined);
    await new Promise<void>((resolve) => process.nextTick(resolve));
    await connections.stopListening(60_000);

    expect(accepted).toBe(40);
    for (const socket of coming) socket.destroy();
  });
});

describe('whenArrivalsRead', () => {
  it('reads a request that arrived on an idle connection while the event loop was blocked', async () => {
    const one = await idle();
    connections.beginDraining();
    one.get('/held');
    // The bytes have arrived in the socket, but the server has not read them.
    await new Promise<void>((resolve) => setImmediate(resolve));
    block(50);
    await connections.whenArrivalsRead(500);
    expect(connections.open).toEqual([expect.stringMatching(/^GET \/held /)]);
    held.get('/held')?.end('done');
    await one.waitFor('done');
  });
});

describe('hasNewConnections', () => {
  it('is true for recent connections that have sent nothing', async () => {
    expect(connections.hasNewConnections(60_000)).toBe(false);
    const one = await client();
    expect(connections.hasNewConnections(60_000)).toBe(true);
    expect(connections.hasNewConnections(0)).toBe(false);

    one.get('/');
    await one.waitFor('fine');
    expect(connections.hasNewConnections(60_000)).toBe(false);
  });
});

describe('closeIdle', () => {
  it('closes idle and silent connections, and keeps busy ones', async () => {
    const idlers = [await idle(), await idle()];
    const silent = await client();
    const working = await busy('/held');
    connections.beginDraining();

    expect(connections.closeIdle()).toEqual({ idle: 2, silent: 1 });

    for (const closed of [...idlers, silent]) await closed.waitForClose();
    held.get('/held')?.end('done');
    await working.waitFor('done');
  });

  it('keeps connections of another protocol', async () => {
    const socket = await client();
    socket.write('GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await socket.waitFor('upgraded');

    expect(connections.closeIdle()).toEqual({ idle: 0, silent: 0 });
    expect(socket.isClosed).toBe(false);
  });

  it('removes closed connections from memory', async () => {
    const isClosed = latch();
    let socket: WeakRef<Socket> | undefined;
    server.once('connection', (accepted: Socket) => {
      socket = new WeakRef(accepted);
      accepted.once('close', () => isClosed.open());
    });
    const one = await idle();
    one.destroy();
    await isClosed.promise;

    expect(connections.closeIdle()).toEqual({ idle: 0, silent: 0 });
    await vi.waitFor(
      async () => {
        await collectGarbage();
        expect(socket?.deref() === undefined).toBe(true);
      },
      { timeout: 4000 },
    );
  });
});

describe('destroyBusy', () => {
  it('closes busy connections only', async () => {
    const working = await busy('/held');
    const streaming = await busy('/streamed');
    const resting = await idle();
    connections.beginDraining();

    connections.destroyBusy();

    await working.waitForClose();
    await streaming.waitForClose();
    expect(working.received).toBe('');
    expect(resting.isClosed).toBe(false);
    await open(0);
  });
});

/** Blocks the event loop for this number of milliseconds. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
