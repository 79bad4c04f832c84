import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from '../rolling-restart/free-ports.mjs';

/** The servers of the simulation. Each is private to a run, and counts its own messages and bytes. */
export const SERVERS = {
  redis: {
    command: (port, folder) => [
      'redis-server',
      '--port',
      `${port}`,
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      folder,
    ],
    async counted({ port }) {
      const { Redis } = await import('ioredis');
      const client = new Redis(port);
      const info = await client.info('stats');
      client.disconnect();
      const number = (name) => Number(new RegExp(`${name}:(\\d+)`).exec(info)?.[1]);
      return {
        messages: number('total_commands_processed'),
        received: number('total_net_input_bytes'),
        sent: number('total_net_output_bytes'),
      };
    },
  },
  nats: {
    command: (port, folder, monitor) => [
      'nats-server',
      '-a',
      '127.0.0.1',
      '-p',
      `${port}`,
      '-m',
      `${monitor}`,
      '-js',
      '-sd',
      folder,
    ],
    async counted({ monitor }) {
      const counts = await (await fetch(`http://127.0.0.1:${monitor}/varz`)).json();
      return { messages: counts.in_msgs, received: counts.in_bytes, sent: counts.out_bytes };
    },
  },
  etcd: {
    command: (port, folder, peers) => [
      'etcd',
      '--data-dir',
      folder,
      '--log-level',
      'error',
      '--listen-client-urls',
      `http://127.0.0.1:${port}`,
      '--advertise-client-urls',
      `http://127.0.0.1:${port}`,
      '--listen-peer-urls',
      `http://127.0.0.1:${peers}`,
    ],
    async counted({ port }) {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const number = (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
      return {
        messages: number('etcd_mvcc_put_total'),
        received: number('etcd_network_client_grpc_received_bytes_total'),
        sent: number('etcd_network_client_grpc_sent_bytes_total'),
      };
    },
  },
};

/** Starts a server of the kind. Call `stop()` at the end. */
export async function startServer(kind) {
  const { command, counted } = SERVERS[kind];
  const [port, second] = await freePorts(2);
  const folder = mkdtempSync(join(tmpdir(), `fleet-${kind}-`));
  const [program, ...given] = command(port, folder, second);
  const child = spawn(program, given, { stdio: 'ignore' });
  child.on('error', (error) => {
    throw new Error(`${program} must be installed: ${error.message}`);
  });
  const server = { kind, port, monitor: second };
  for (let attempt = 0; ; attempt += 1) {
    try {
      await counted(server);
      break;
    } catch (error) {
      if (attempt > 100) throw error;
      await pause(100);
    }
  }
  return {
    ...server,
    counted: () => counted(server),
    stop() {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
