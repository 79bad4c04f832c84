import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { opsConfiguration, replaceOnce, withAddresses } from './ops-configuration.mjs';
import { PrivateProcess, run } from './private-process.mjs';
import { inRotation } from './rotation.mjs';

/** Without it, Caddy opens a port for its administration. */
const GLOBAL = '{\n\tadmin off\n\tauto_https off\n}\n';

/** Caddy with active checks of readiness. */
export class Caddy {
  #process = new PrivateProcess('caddy');
  #port;

  async start({ port, instances }) {
    this.#port = port;
    const file = join(this.#process.folder, 'Caddyfile');
    const listening = replaceOnce(opsConfiguration('caddy/Caddyfile'), /^:80 \{$/m, `:${port} {\n\tbind 127.0.0.1`);
    writeFileSync(file, GLOBAL + withAddresses(listening, { instances }));
    const parameters = ['--config', file, '--adapter', 'caddyfile'];
    run('caddy', ['validate', ...parameters], this.#process.folder);
    await this.#process.start('caddy', ['run', ...parameters], port);
  }

  inRotation(names) {
    return inRotation(this.#port, names);
  }

  stop() {
    return this.#process.stop();
  }
}
