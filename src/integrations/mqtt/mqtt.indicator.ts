import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthResult, up } from '../../core/result.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import { type MqttConnection, isMqttConnection } from '../../clients/mqtt-ping.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';

import { ping } from './ping.js';

interface OwnOptions {
  /** The application's `MqttClient`: the injection token that it is provided under, or itself. Required. */
  readonly client: ClientSource<MqttConnection>;
}

/** Options of {@link MqttIndicator}. */
export interface MqttIndicatorOptions extends HealthIndicatorOptions, OwnOptions {}

/** Asks an MQTT broker for an answer, through the application's own client of the package `mqtt`. */
export function MqttIndicator(name: string, options: MqttIndicatorOptions): Type<HealthIndicator> {
  const configured = configureIndicator<OwnOptions>('MqttIndicator', name, options, { client: clientSource }, [
    'client',
  ]);
  const { own, place } = configured;

  class ConfiguredMqttIndicator extends ClientIndicator<MqttConnection> {
    protected request(): ClientRequest<MqttConnection> {
      return {
        place,
        sources: [own.client],
        accepts: isMqttConnection,
        expected: 'an MqttClient of mqtt',
        remedy: `name the token of the client that the application provides: MqttIndicator(${JSON.stringify(name)}, { client: MQTT_CLIENT })`,
      };
    }

    async check({ signal }: HealthCheckContext): Promise<HealthResult> {
      await ping(await this.client(), signal);
      return up();
    }
  }
  configured.annotate(ConfiguredMqttIndicator);
  return ConfiguredMqttIndicator;
}
