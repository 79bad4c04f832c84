import type { Type } from '@nestjs/common';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import { degradedIfNotPermitted } from '../../clients/not-permitted.js';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthResult, degraded, down, up } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { type MicroserviceServerHolder, isServerHolder, statusOf } from './microservice.js';
import { pingServer } from './ping.js';

/** Options of {@link MicroserviceServerIndicator}. */
export interface MicroserviceServerIndicatorOptions extends HealthIndicatorOptions {
  /**
   * An object of the application whose property `server` is the return value of `app.connectMicroservice()`: its
   * injection token, or the object itself. Required.
   */
  readonly holder: ClientSource<MicroserviceServerHolder>;
}

/** The states in which a server receives messages. Nest does not report the end of a rebalance of Kafka. */
const RECEIVING: ReadonlySet<string> = new Set(['connected', 'unblocked', 'rebalancing']);

/** Checks whether the application itself can receive messages: the server of a hybrid application. */
export function MicroserviceServerIndicator(
  name: string,
  options: MicroserviceServerIndicatorOptions,
): Type<HealthIndicator> {
  const rules = { holder: clientSource };
  const { own, place, annotate } = configureIndicator('MicroserviceServerIndicator', name, options, rules, ['holder']);

  return annotate(
    class extends ClientIndicator<MicroserviceServerHolder> {
      protected request(): ClientRequest<MicroserviceServerHolder> {
        return {
          place,
          sources: [own.holder],
          accepts: isServerHolder,
          expected: 'an object with a property "server" for the return value of app.connectMicroservice()',
          remedy: passToken(place, 'object', '{ holder: OrdersServer }'),
        };
      }

      async check({ signal }: HealthCheckContext): Promise<HealthResult> {
        const { server } = await this.client();
        if (!server) return down('the server was not created yet');
        const status = statusOf(server);
        if (status === undefined) return down('the server has not started');
        const data = { server_status: status };
        if (status === 'blocked') return degraded('the broker blocks the connection', data);
        if (!RECEIVING.has(status)) return down(`the server is ${status}`, data);
        return degradedIfNotPermitted(async () => up({ ...data, ...(await pingServer(server, signal)) }));
      }
    },
  );
}
