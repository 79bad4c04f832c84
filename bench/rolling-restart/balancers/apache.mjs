import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { opsConfiguration, replaceOnce, withAddresses } from './ops-configuration.mjs';
import { PrivateProcess, run } from './private-process.mjs';
import { inRotation } from './rotation.mjs';

/** Milliseconds in which an instance receives three checks. */
const SOME_CHECKS = 3500;

/** Where distributions install the modules. */
const MODULE_FOLDERS = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/usr/local/apache2/modules'];
const MODULES = [
  ['mpm_event', 'mod_mpm_event'],
  ['authz_core', 'mod_authz_core'],
  ['watchdog', 'mod_watchdog'],
  ['slotmem_shm', 'mod_slotmem_shm'],
  ['lbmethod_byrequests', 'mod_lbmethod_byrequests'],
  ['proxy', 'mod_proxy'],
  ['proxy_http', 'mod_proxy_http'],
  ['proxy_balancer', 'mod_proxy_balancer'],
  ['proxy_hcheck', 'mod_proxy_hcheck'],
];

/** Apache httpd with active checks of readiness by mod_proxy_hcheck. */
export class Apache {
  #process = new PrivateProcess('apache');
  #port;

  async start({ port, instances }) {
    this.#port = port;
    const { folder } = this.#process;
    const file = join(folder, 'httpd.conf');
    const own = opsConfiguration('apache/orders.conf');
    const listening = replaceOnce(replaceOnce(own, /^Listen 80$/m, `Listen 127.0.0.1:${port}`), /\*:80>/, `*:${port}>`);
    writeFileSync(file, mainConfiguration(folder) + withAddresses(listening, { instances }));
    run('apache2', ['-t', '-f', file]);
    await this.#process.start('apache2', ['-DFOREGROUND', '-f', file], port);
  }

  /** Apache uses an instance before it has checked it. Here each instance must have received some checks first. */
  async inRotation(names) {
    await inRotation(this.#port, names);
    await pause(SOME_CHECKS);
  }

  stop() {
    return this.#process.stop();
  }
}

/** The main configuration before the file of `ops`. All files that Apache writes are in the folder. */
function mainConfiguration(folder) {
  const modules = MODULE_FOLDERS.find((path) => existsSync(path));
  const lines = [
    `ServerRoot "${folder}"`,
    `DefaultRuntimeDir "${folder}"`,
    `PidFile "${join(folder, 'apache.pid')}"`,
    `ErrorLog "${join(folder, 'error.log')}"`,
    'ServerName localhost',
    ...MODULES.filter(([, file]) => existsSync(join(modules, `${file}.so`))).map(
      ([name, file]) => `LoadModule ${name}_module ${join(modules, `${file}.so`)}`,
    ),
    // Apache refuses to run its workers as root.
    ...(process.getuid?.() === 0 ? ['User www-data', 'Group www-data'] : []),
  ];
  return `${lines.join('\n')}\n`;
}
