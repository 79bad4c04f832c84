import { chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { until } from '../rolling-restart/time.mjs';

const VERSIONS = '/usr/lib/postgresql';
const START_LIMIT = 60_000;

/** The folder of the newest installed PostgreSQL. Undefined: it is not installed. */
export function postgresqlFolder() {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : [];
  return versions
    .toSorted((one, other) => Number(other) - Number(one))
    .map((version) => join(VERSIONS, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
}

/** `postgres (PostgreSQL) 15.6` */
export function postgresqlVersion() {
  return execFileSync(join(postgresqlFolder(), 'postgres'), ['--version'], { encoding: 'utf8' }).trim();
}

/** A PostgreSQL with its own files, on a port of the loopback interface. It can be frozen. */
export class PrivatePostgresql {
  #folder = mkdtempSync(join(tmpdir(), 'shared-postgresql-'));
  #port;
  #child;
  #isFrozen = false;
  #onExit = () => {
    // A frozen backend would not notice the end of the server.
    if (this.#child && existsSync(`/proc/${this.#child.pid}`)) this.#signal('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  };

  constructor(port) {
    this.#port = port;
  }

  async start() {
    const programs = postgresqlFolder();
    const user = ownerOf();
    if (user) chownSync(this.#folder, user.uid, user.gid);
    const options = { cwd: this.#folder, env: {}, ...user };
    const parameters = [
      '--pgdata=data',
      '--no-sync',
      '--encoding=UTF8',
      '--locale=C',
      '--username=orders',
      '--auth=trust',
    ];
    execFileSync(join(programs, 'initdb'), parameters, { ...options, stdio: 'pipe' });
    const settings = ['listen_addresses=127.0.0.1', `port=${this.#port}`, 'unix_socket_directories=', 'fsync=off'];
    const started = settings.flatMap((setting) => ['-c', setting]);
    // A group of its own, so that a signal reaches every process of the server.
    this.#child = spawn(join(programs, 'postgres'), ['-D', 'data', ...started], {
      ...options,
      stdio: 'ignore',
      detached: true,
    });
    process.on('exit', this.#onExit);
    await until(() => this.query('SELECT 1'), { limit: START_LIMIT, what: 'PostgreSQL to accept connections' });
  }

  /** The address for a role. */
  url(role = 'orders') {
    return `postgres://${role}@127.0.0.1:${this.#port}/postgres`;
  }

  /** Runs SQL on a connection of its own. */
  async query(sql) {
    const client = new Client({ connectionString: this.url() });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  }

  /** Every process of the server stops. Its connections stay open, and new ones are accepted by the kernel. */
  freeze() {
    this.#isFrozen = true;
    this.#signal('SIGSTOP');
  }

  thaw() {
    this.#isFrozen = false;
    this.#signal('SIGCONT');
  }

  async stop() {
    if (this.#child && this.#child.exitCode === null && this.#child.signalCode === null) {
      if (this.#isFrozen) this.thaw();
      const isOver = once(this.#child, 'exit');
      this.#child.kill('SIGQUIT');
      await isOver;
    }
    process.off('exit', this.#onExit);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The backends have process groups of their own, so each is signalled separately. */
  #signal(signal) {
    for (const pid of [this.#child.pid, ...childrenOf(this.#child.pid)]) {
      try {
        process.kill(pid, signal);
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    }
  }
}

function childrenOf(parent) {
  return readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** PostgreSQL refuses to run as root. */
function ownerOf() {
  if (process.getuid() !== 0) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'));
  if (!line) throw new Error('this system has no user postgres');
  const [, , uid, gid] = line.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}
