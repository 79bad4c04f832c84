import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { describeWith } from '../support/servers/describe-with.js';
import { etcd } from '../support/servers/etcd.js';
import { grpcHealth } from '../support/servers/grpc-health.js';
import { mariadb } from '../support/servers/mariadb.js';
import { memcachedServer } from '../support/servers/memcached.js';
import { mosquitto } from '../support/servers/mosquitto.js';
import { nats } from '../support/servers/nats.js';
import { postgresql } from '../support/servers/postgresql.js';
import type { ServerKind } from '../support/servers/private-server.js';
import { rabbitmq } from '../support/servers/rabbitmq.js';
import { redis } from '../support/servers/redis.js';

const PATIENCE = { timeout: 20_000, interval: 20 };

const HTTP2 = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');

/** The greeting of each server, or its reply to the first message. */
const GREETINGS: readonly (readonly [ServerKind, Buffer])[] = [
  // SSLRequest.
  [postgresql, Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])],
  [mariadb, Buffer.alloc(0)],
  [redis, Buffer.from('PING\r\n')],
  [memcachedServer, Buffer.from('version\r\n')],
  [nats, Buffer.alloc(0)],
  // CONNECT of a client without a name and without credentials.
  [mosquitto, Buffer.from([16, 12, 0, 4, 77, 81, 84, 84, 4, 2, 0, 60, 0, 0])],
  [rabbitmq, Buffer.from('AMQP\0\0\x09\x01', 'latin1')],
  // The HTTP/2 preface and an empty SETTINGS frame.
  [etcd, HTTP2],
  [grpcHealth, HTTP2],
];

interface Conversation {
  readonly socket: Socket;
  hasResponded: boolean;
  refused: boolean;
}

function greet(port: number, greeting: Buffer): Conversation {
  const conversation = { socket: connect(port, '127.0.0.1'), hasResponded: false, refused: false };
  conversation.socket
    .on('error', (error) => (conversation.refused = 'code' in error && error.code === 'ECONNREFUSED'))
    .on('data', () => (conversation.hasResponded = true))
    .on('connect', () => conversation.socket.write(greeting));
  onTestFinished(() => {
    conversation.socket.destroy();
  });
  return conversation;
}

const truthy = (condition: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(condition()).toBe(true), PATIENCE).then(() => undefined);

for (const [kind, greeting] of GREETINGS) {
  describeWith(kind, 'the test support', (server) => {
    it('responds, is silent while frozen, and continues after the thaw', async () => {
      const before = greet(server().port, greeting);
      await truthy(() => before.hasResponded);
      server().freeze();
      const meanwhile = greet(server().port, greeting);
      await truthy(() => meanwhile.socket.readyState === 'open');
      // Long enough for a response of any server that is not frozen.
      await expect(vi.waitFor(() => expect(meanwhile.hasResponded).toBe(true), 300)).rejects.toThrow('expected false');
      server().thaw();
      await truthy(() => meanwhile.hasResponded);
    });

    it('refuses connections when it is killed, and restarts on the same port', async () => {
      await server().kill();
      const meanwhile = greet(server().port, greeting);
      await truthy(() => meanwhile.refused);
      await server().restart();
      const afterwards = greet(server().port, greeting);
      await truthy(() => afterwards.hasResponded);
      expect(afterwards.refused).toBe(false);
    }, 120_000);
  });
}

describe('the guard process of a private server', () => {
  it('ends the server and removes its folder when the test process has ended', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nest-vitals-'));
    const guard = spawn('/bin/sh', [join(import.meta.dirname, '../support/servers/guard.sh'), folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const server = spawn('/bin/sh', ['-c', 'sleep 600 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const child = await new Promise<number>((resolve) => server.stdout.once('data', (text) => resolve(Number(text))));
    const ended = new Promise((resolve) => server.once('exit', (_code, signal) => resolve(signal)));
    guard.stdin.write(`${server.pid}\n`);
    guard.stdin.end();

    expect(await ended).toBe('SIGKILL');
    await truthy(() => !existsSync(folder));
    await truthy(() => !existsSync(`/proc/${child}`));
  });
});
