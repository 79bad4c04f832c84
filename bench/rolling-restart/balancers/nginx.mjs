import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { opsConfiguration, replaceOnce, withAddresses } from './ops-configuration.mjs';
import { PrivateProcess, run } from './private-process.mjs';
import { ReadinessMonitor } from './readiness-monitor.mjs';

/** Seconds: `fail_timeout` in the files of `ops`. nginx does not use an instance that has failed for so long. */
const FAIL_TIMEOUT = 10;
/** Milliseconds between two requests of the monitor. */
const MONITOR_INTERVAL = 100;

/** nginx with passive checks: it detects a failed instance by the requests of clients. */
export class Nginx {
  #process = new PrivateProcess('nginx');
  #configuration;
  #isStrict;
  #monitor;
  #failTimeout;
  #hasStarted = false;
  #log;

  /**
   * `configuration` is a file of `ops`. `isStrict` disables retries on a second instance. `isWatched` starts a monitor that
   * requests readiness through nginx. `failTimeout` (seconds) must be longer than an instance takes from its first refusal until
   * it listens again: otherwise nginx sends it a request too early.
   */
  constructor({
    configuration = 'nginx/orders.conf',
    isStrict = false,
    isWatched = false,
    failTimeout = FAIL_TIMEOUT,
  } = {}) {
    this.#configuration = configuration;
    this.#isStrict = isStrict;
    this.#failTimeout = failTimeout;
    if (isWatched) this.#monitor = new ReadinessMonitor({ interval: MONITOR_INTERVAL });
  }

  async start({ port, instances }) {
    const { folder } = this.#process;
    const recommended = withAddresses(opsConfiguration(this.#configuration), { port, instances }).replaceAll(
      `fail_timeout=${FAIL_TIMEOUT}s`,
      `fail_timeout=${this.#failTimeout}s`,
    );
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
    this.#monitor?.start(port);
  }

  /**
   * nginx does not report which instances it uses, so this waits until it has forgotten the last failure. After the last
   * restart there is nothing to wait for.
   */
  async inRotation(_names, { isLast = false } = {}) {
    await pause(this.#hasStarted && !isLast ? this.#failTimeout * 1000 + 500 : 0);
    this.#hasStarted = true;
  }

  /** The attempts of nginx for one request, from its access log. Call it after the last response. */
  explain(number) {
    // Read once: each matched line keeps the whole text in memory.
    this.#log ??= this.#process.read('access.log');
    const [, line] = new RegExp(`^request=${number} (.*)$`, 'm').exec(this.#log) ?? [];
    return line;
  }

  async stop() {
    this.#monitor?.stop();
    await this.#process.stop();
  }
}

/** The main configuration around a file of `ops`. All files that nginx writes are in the folder. */
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
