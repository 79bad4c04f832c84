import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { opsConfiguration, replaceOnce, withAddresses } from './ops-configuration.mjs';
import { PrivateProcess, run } from './private-process.mjs';

/** `fail_timeout` is 10 s: for so long nginx keeps away from an instance that has failed. */
const FAIL_TIMEOUT = 10_500;
/** How often somebody asks for readiness through nginx, where the configuration is made for it. */
const WATCH_EVERY = 100;

/** nginx, which learns from the requests themselves. */
export class Nginx {
  #process = new PrivateProcess('nginx');
  #configuration;
  #isStrict;
  #isWatched;
  #watching = new AbortController();
  #watch = Promise.resolve();
  #port;
  #hasStarted = false;
  #log;

  /**
   * `configuration` is a file of `ops`. `isStrict` forbids nginx to try a second instance. `isWatched` has
   * somebody ask for readiness through nginx.
   */
  constructor({ configuration = 'nginx/orders.conf', isStrict = false, isWatched = false } = {}) {
    this.#configuration = configuration;
    this.#isStrict = isStrict;
    this.#isWatched = isWatched;
  }

  async start({ port, instances }) {
    const { folder } = this.#process;
    const recommended = withAddresses(opsConfiguration(this.#configuration), { port, instances });
    writeFileSync(
      join(folder, 'orders.conf'),
      this.#isStrict
        ? replaceOnce(recommended, /proxy_next_upstream error timeout;/, 'proxy_next_upstream off;')
        : recommended,
    );
    const main = join(folder, 'nginx.conf');
    writeFileSync(main, mainConfiguration(folder));
    const parameters = ['-p', folder, '-c', main, '-e', join(folder, 'error.log')];
    run('nginx', ['-t', ...parameters]);
    await this.#process.start('nginx', parameters, port);
    this.#port = port;
    if (this.#isWatched) this.#watch = this.#askForReadiness();
  }

  /** nginx does not say whom it gives requests to. All that can be done is to let pass what it remembers of failures. */
  async inRotation() {
    await pause(this.#hasStarted ? FAIL_TIMEOUT : 0);
    this.#hasStarted = true;
  }

  /** What became of a request at each instance that was tried. To be asked when all have come to their end. */
  explain(number) {
    // Read once: each line found would keep the whole text in memory that it was found in.
    this.#log ??= this.#process.read('access.log');
    const [, line] = new RegExp(`^request=${number} (.*)$`, 'm').exec(this.#log) ?? [];
    return line;
  }

  async stop() {
    this.#watching.abort();
    await this.#watch;
    await this.#process.stop();
  }

  async #askForReadiness() {
    const { signal } = this.#watching;
    while (!signal.aborted) {
      const response = await fetch(`http://127.0.0.1:${this.#port}/health/ready`, { signal }).catch(() => undefined);
      await response?.body?.cancel();
      await pause(WATCH_EVERY, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** The part around the recommended one: everything that nginx writes goes into the folder. */
export function mainConfiguration(folder) {
  const at = (name) => join(folder, name);
  return `${process.getuid?.() === 0 ? 'user root;\n' : ''}daemon off;
worker_processes 2;
pid ${at('nginx.pid')};
events { worker_connections 8192; }
http {
  log_format attempts 'request=$http_x_request_number $request_method status=$status upstream="$upstream_addr" upstream_status="$upstream_status" connect="$upstream_connect_time" header="$upstream_header_time"';
  access_log ${at('access.log')} attempts;
  client_body_temp_path ${at('body')};
  proxy_temp_path ${at('proxy')};
  fastcgi_temp_path ${at('fastcgi')};
  uwsgi_temp_path ${at('uwsgi')};
  scgi_temp_path ${at('scgi')};
  include ${at('orders.conf')};
}
`;
}
