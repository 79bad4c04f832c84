import { type Socket, connect } from 'node:net';
import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../core/check.js';
import { type HealthResult, up } from '../core/result.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { nonBlank, whole } from '../options/rules.js';
import { configureIndicator } from '../discovery/configured-indicator.js';
import { withSocket } from './with-socket.js';

/** Options of {@link TcpIndicator}. */
export interface TcpIndicatorOptions extends HealthIndicatorOptions {
  /** A host name or an IP address. Required. */
  readonly host: string;
  /** The TCP port, from 1 to 65535. Required. */
  readonly port: number;
}

/** Opens a TCP connection and closes it. UP means that the port accepts connections. */
export function TcpIndicator(name: string, options: TcpIndicatorOptions): Type<HealthIndicator> {
  const { own, annotate } = configureIndicator(
    'TcpIndicator',
    name,
    options,
    { host: nonBlank, port: whole(1, 65_535) },
    ['host', 'port'],
  );
  const { host, port } = own;

  class ConfiguredTcpIndicator implements HealthIndicator {
    check({ signal }: HealthCheckContext): Promise<HealthResult> {
      return withSocket('connect', signal, () => connect({ host, port }), addressOf);
    }
  }
  annotate(ConfiguredTcpIndicator);
  return ConfiguredTcpIndicator;
}

function addressOf({ remoteAddress, remotePort }: Socket): HealthResult {
  return up({ remote_address: remoteAddress, remote_port: remotePort });
}
