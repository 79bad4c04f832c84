import type { LoggerService } from '@nestjs/common';
import { sleep } from '../core/async.js';
import { elapsed } from '../core/moment.js';
import type { HealthReport } from '../core/report.js';
import { isFailing } from '../core/status.js';
import { cannotListen } from '../errors/cannot-listen.js';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import type { HealthEndpoints } from '../extension/health-endpoints.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import { DRAIN_LINE, acceptingLine, downLine, reasonOf } from './agent-line.js';
import { type AgentSettings, PLACE } from './agent-options.js';
import { AgentServer } from './agent-server.js';
import { WarmUp } from './warm-up.js';

/** Milliseconds. HAProxy aborts a check after `agent-inter`, and ignores its response then. */
const TIME_LIMIT = 250;
/** The name of the probers of this port in the log, and in the option `shutdown.probers`. */
const AGENT = 'HAProxy agent-check';

const IF_IN_USE = 'choose another port. In node:cluster each worker needs its own: use forRootAsync()';
const IF_HOST_UNKNOWN = 'use an address of this machine, :: for every address, or leave host out for 127.0.0.1';

export interface HealthAgentParts {
  readonly settings: AgentSettings;
  readonly monitor: HealthMonitor;
  readonly endpoints: HealthEndpoints;
  readonly logger: Pick<LoggerService, 'log'>;
  /** Whether the server of the application accepts connections. */
  readonly isListening: () => boolean;
}

/** The port for the agent checks of HAProxy. Inject it to read the port that `port: 0` has chosen. */
export class HealthAgent {
  readonly #parts: HealthAgentParts;
  readonly #server: AgentServer;
  readonly #warmUp: WarmUp;
  #address: { readonly host: string; readonly port: number } | undefined;

  constructor(parts: HealthAgentParts) {
    this.#parts = parts;
    this.#warmUp = new WarmUp(parts.settings.warmUp);
    this.#server = new AgentServer((address) => this.#respond(address));
  }

  /** The address on which the port listens. Undefined: the port is closed, or `enabled` is false. */
  get address(): { readonly host: string; readonly port: number } | undefined {
    return this.#address;
  }

  /** Opens the port. Throws a `HealthConfigurationError` if that is not possible. */
  async open(): Promise<void> {
    const { settings, logger } = this.#parts;
    if (!settings.enabled) return;
    try {
      const { address: host, port } = await this.#server.listen(settings.port, settings.host);
      this.#address = { host, port };
      logger.log(`The port for HAProxy agent checks listens on ${host.includes(':') ? `[${host}]` : host}:${port}`);
    } catch (error) {
      const { port, host } = settings;
      const ports = { place: PLACE, port, host, ifInUse: IF_IN_USE, ifHostUnknown: IF_HOST_UNKNOWN };
      throw new HealthConfigurationError([cannotListen(ports, error as NodeJS.ErrnoException)]);
    }
  }

  /** Closes the port and its connections. */
  async close(): Promise<void> {
    this.#address = undefined;
    await this.#server.close();
  }

  async #respond(address: string): Promise<string> {
    const line = await this.#line();
    this.#parts.endpoints.recordProbe({ address, agent: AGENT }, !line.startsWith('ready'));
    return line;
  }

  async #line(): Promise<string> {
    const { settings, monitor, isListening } = this.#parts;
    if (this.#isRefusing) return DRAIN_LINE;
    if (monitor.state.phase !== 'starting' && settings.awaitServer && !isListening()) {
      return downLine('the server of the application does not listen');
    }
    const report = await this.#report();
    // The application may have begun to shut down while its checks ran.
    if (this.#isRefusing) return DRAIN_LINE;
    if (isFailing(report.status)) return downLine(reasonOf(report));
    const warm = this.#warmUp.weightAt(elapsed());
    const weight = report.status === 'DEGRADED' ? (warm * settings.degradedWeight) / 100 : warm;
    return acceptingLine(Math.max(1, Math.round(weight)));
  }

  /** Whether the instance accepts no new requests and finishes the others. Such an instance is not failing. */
  get #isRefusing(): boolean {
    const { phase } = this.#parts.monitor.state;
    return phase === 'draining' || phase === 'refusing';
  }

  /** The current report, or the existing results if new ones take too long. */
  async #report(): Promise<HealthReport> {
    const { monitor, endpoints } = this.#parts;
    const over = new AbortController();
    const late = sleep(TIME_LIMIT, over.signal).then(() => undefined);
    const report = await Promise.race([endpoints.report('ready').catch(() => undefined), late]);
    over.abort();
    return report ?? monitor.peek('ready');
  }
}
