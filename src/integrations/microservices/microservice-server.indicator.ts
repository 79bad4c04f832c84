import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthResult, degraded, down, up } from '../../core/result.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { askServer } from './ping.js';
import { type MicroserviceServerHolder, isServerHolder, statusOf } from './microservice.js';

interface OwnOptions {
  /**
   * An object of the application whose property `server` is what `app.connectMicroservice()` returned: the injection token
   * that it is provided under, or itself. Required.
   */
  readonly holder: ClientSource<MicroserviceServerHolder>;
}

/** Options of {@link MicroserviceServerIndicator}. */
export interface MicroserviceServerIndicatorOptions extends HealthIndicatorOptions, OwnOptions {}

/** States in which a server takes messages. */
const AT_WORK: ReadonlySet<string> = new Set(['connected', 'unblocked']);

/** Says whether the application itself can be sent messages: the server of a hybrid application. */
export function MicroserviceServerIndicator(
  name: string,
  options: MicroserviceServerIndicatorOptions,
): Type<HealthIndicator> {
  const configured = configureIndicator<OwnOptions>(
    'MicroserviceServerIndicator',
    name,
    options,
    { holder: clientSource },
    ['holder'],
  );
  const { own, place } = configured;

  class ConfiguredMicroserviceServerIndicator extends ClientIndicator<MicroserviceServerHolder> {
    protected request(): ClientRequest<MicroserviceServerHolder> {
      return {
        place,
        sources: [own.holder],
        accepts: isServerHolder,
        expected: 'an object with a property "server" for what app.connectMicroservice() returns',
        remedy: `name the token of the object that the application provides: MicroserviceServerIndicator(${JSON.stringify(name)}, { holder: OrdersServer })`,
      };
    }

    async check({ signal }: HealthCheckContext): Promise<HealthResult> {
      const { server } = await this.client();
      if (!server) return down('there is no server yet');
      const status = statusOf(server);
      if (status === undefined) return down('the server has not started');
      const data = { server_status: status };
      if (status === 'blocked') return degraded('the broker blocks the connection', data);
      if (!AT_WORK.has(status)) return down(`the server is ${status}`, data);
      await askServer(server, signal);
      return up(data);
    }
  }
  configured.annotate(ConfiguredMicroserviceServerIndicator);
  return ConfiguredMicroserviceServerIndicator;
}
