import { PrivateProcess, isInstalled } from '../rolling-restart/balancers/private-process.mjs';

const REDIS = {
  name: 'Redis',
  program: 'redis-server',
  /** An empty text for `--save` turns off the snapshots. */
  parameters: (port, folder) => ['--bind', '127.0.0.1', '--port', `${port}`, '--save', '', '--dir', folder],
  environment: (port) => ({ REDIS_URL: `redis://127.0.0.1:${port}` }),
};

const NATS = {
  name: 'NATS',
  program: 'nats-server',
  parameters: (port, folder) => ['--addr', '127.0.0.1', '--port', `${port}`, '--jetstream', '--store_dir', folder],
  environment: (port) => ({ NATS_URL: `nats://127.0.0.1:${port}` }),
};

/** The kind of server for the fleet: NATS if it is wanted or if only NATS is installed, otherwise Redis. */
export function chooseStore(useNats) {
  const kinds = useNats ? [NATS] : [REDIS, NATS];
  const chosen = kinds.find(({ program }) => isInstalled(program));
  if (!chosen) throw new Error(`${kinds.map(({ program }) => program).join(' or ')} must be installed`);
  return chosen;
}

/** A server for the fleet, on a port of the loopback interface, with its files in a temporary folder. */
export class PrivateStore {
  #kind;
  #port;
  #process;

  constructor(kind, port) {
    this.#kind = kind;
    this.#port = port;
    this.#process = new PrivateProcess(`fleet-${kind.program}`);
  }

  get name() {
    return this.#kind.name;
  }

  /** The variable with which the sample application uses this server. */
  get environment() {
    return this.#kind.environment(this.#port);
  }

  async start() {
    const { program, parameters } = this.#kind;
    await this.#process.start(program, parameters(this.#port, this.#process.folder), this.#port);
  }

  async stop() {
    await this.#process.stop();
  }
}
