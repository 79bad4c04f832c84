import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { opsConfiguration, replaceOnce } from './ops-configuration.mjs';
import { PrivateProcess } from './private-process.mjs';
import { inRotation } from './rotation.mjs';

/** Varnish with active checks of readiness. */
export class Varnish {
  #process = new PrivateProcess('varnish');
  #port;

  async start({ port, instances }) {
    this.#port = port;
    const { folder } = this.#process;
    const file = join(folder, 'orders.vcl');
    let configuration = opsConfiguration('varnish/orders.vcl');
    for (const { name, port: real } of instances) {
      const pattern = new RegExp(`\\.host = "${name}"; \\.port = "3000";`);
      configuration = replaceOnce(configuration, pattern, `.host = "127.0.0.1"; .port = "${real}";`);
    }
    writeFileSync(file, configuration);
    // Without a jail, because the folder belongs to the user of the tests.
    const place = ['-F', '-j', 'none', '-n', join(folder, 'work'), '-s', 'malloc,16m'];
    await this.#process.start('varnishd', [...place, '-a', `127.0.0.1:${port}`, '-f', file], port);
  }

  inRotation(names) {
    return inRotation(this.#port, names);
  }

  stop() {
    return this.#process.stop();
  }
}
