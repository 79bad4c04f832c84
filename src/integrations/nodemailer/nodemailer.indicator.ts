import type { Type } from '@nestjs/common';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthResult, up } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import {
  type NodemailerTransporter,
  isTransporter,
  pendingMessages,
  transportFault,
} from './nodemailer-transporter.js';
import { ping } from './ping.js';

/** Options of {@link NodemailerIndicator}. */
export interface NodemailerIndicatorOptions extends HealthIndicatorOptions {
  /** The application's transporter: its injection token, or the transporter itself. Required. */
  readonly transporter: ClientSource<NodemailerTransporter>;
}

/**
 * Connects to the mail server and logs in, as the application's own transporter of the package `nodemailer` does for a
 * message. It sends no message. Each check is a login, so give it a long `ttl` if the server limits logins.
 */
export function NodemailerIndicator(name: string, options: NodemailerIndicatorOptions): Type<HealthIndicator> {
  const rules = { transporter: clientSource };
  const { own, place, annotate } = configureIndicator('NodemailerIndicator', name, options, rules, ['transporter']);

  return annotate(
    class extends ClientIndicator<NodemailerTransporter> {
      protected request(): ClientRequest<NodemailerTransporter> {
        return {
          place,
          sources: [own.transporter],
          accepts: isTransporter,
          expected: 'a transporter of nodemailer',
          remedy: passToken(place, 'transporter', '{ transporter: MAILER }'),
          optionsFault: (transporter) => transportFault(place, transporter),
        };
      }

      async check({ signal, timeout, attach }: HealthCheckContext): Promise<HealthResult> {
        const transporter = await this.client();
        const data = (): { readonly pending_messages: number } | undefined => {
          const pending = pendingMessages(transporter);
          return pending === undefined ? undefined : { pending_messages: pending };
        };
        attach(data);
        await ping(transporter, signal, timeout);
        return up(data());
      }
    },
  );
}
