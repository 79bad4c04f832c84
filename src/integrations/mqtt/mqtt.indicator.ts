import type { Type } from '@nestjs/common';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import { type MqttConnection, isMqttConnection } from '../../clients/mqtt-ping.js';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthResult, up } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { ping } from './ping.js';

/** Options of {@link MqttIndicator}. */
export interface MqttIndicatorOptions extends HealthIndicatorOptions {
  /** The application's `MqttClient`: its injection token, or the client itself. Required. */
  readonly client: ClientSource<MqttConnection>;
}

/** Pings an MQTT broker through the application's own client of the package `mqtt`. */
export function MqttIndicator(name: string, options: MqttIndicatorOptions): Type<HealthIndicator> {
  const rules = { client: clientSource };
  const { own, place, annotate } = configureIndicator('MqttIndicator', name, options, rules, ['client']);

  return annotate(
    class extends ClientIndicator<MqttConnection> {
      protected request(): ClientRequest<MqttConnection> {
        return {
          place,
          sources: [own.client],
          accepts: isMqttConnection,
          expected: 'an MqttClient of mqtt',
          remedy: passToken(place, 'client', '{ client: MQTT_CLIENT }'),
        };
      }

      async check({ signal }: HealthCheckContext): Promise<HealthResult> {
        await ping(await this.client(), signal);
        return up();
      }
    },
  );
}
