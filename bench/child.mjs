import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The child has no variables that could configure the measured library. */
const ENVIRONMENT = { PATH: process.env.PATH, NODE_ENV: 'production' };

/** A process that runs a script of this folder and responds to messages. */
export class Child {
  #process;

  /** `prefix`: the command that pins the process to a core. `node`: options of Node. The rest: arguments of the script. */
  constructor(script, { prefix = [], node = [], arguments: given = [] } = {}) {
    const file = fileURLToPath(new URL(script, import.meta.url));
    const [command, ...rest] = [...prefix, process.execPath, ...node, file, ...given];
    this.#process = spawn(command, rest, { env: ENVIRONMENT, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  async request(message) {
    this.#process.send(message);
    return this.nextMessage();
  }

  /** The next message. Rejects if the process ends without one. */
  nextMessage() {
    return new Promise((resolve, reject) => {
      const onExit = (code) => reject(new Error(`A benchmark process ended early, with exit code ${code}`));
      this.#process.once('exit', onExit);
      this.#process.once('message', (message) => {
        this.#process.off('exit', onExit);
        resolve(message);
      });
    });
  }

  async stop() {
    if (!this.#process.connected) return;
    const isOver = once(this.#process, 'exit');
    this.#process.disconnect();
    await isOver;
  }
}
