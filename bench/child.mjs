import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The environment of the machine must not configure what is measured. */
const ENVIRONMENT = { PATH: process.env.PATH, NODE_ENV: 'production' };

/** A script of this folder in a process of its own, that answers questions. */
export class Child {
  #process;

  /** `prefix` is the command that pins it to a core, `node` are options of Node, and the arguments are the script's. */
  constructor(script, { prefix = [], node = [], arguments: given = [] } = {}) {
    const file = fileURLToPath(new URL(script, import.meta.url));
    const [command, ...rest] = [...prefix, process.execPath, ...node, file, ...given];
    this.#process = spawn(command, rest, { env: ENVIRONMENT, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  async ask(question) {
    this.#process.send(question);
    return this.told();
  }

  /** The next message. Rejects if the process ends without one. */
  told() {
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
