import type { Type } from '@nestjs/common';
import {
  type Breaker,
  BreakerIndicator,
  type BreakerOptions,
  type BreakerSettings,
  breakerRules,
} from '../../clients/breaker/breaker-indicator.js';
import { type ClientRequest, passToken } from '../../clients/injected-client.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { type OpossumBreaker, breakerOf, isOpossumBreaker } from './opossum-breaker.js';

/** Options of {@link OpossumIndicator}. */
export interface OpossumIndicatorOptions extends HealthIndicatorOptions, BreakerOptions<OpossumBreaker> {}

/** Reports the state of a circuit breaker of `opossum`, and closes it early when its dependency is UP again. */
export function OpossumIndicator(name: string, options: OpossumIndicatorOptions): Type<HealthIndicator> {
  const configured = configureIndicator('OpossumIndicator', name, options, breakerRules, ['breaker']);
  const { own, place, annotate } = configured;

  return annotate(
    class extends BreakerIndicator<OpossumBreaker> {
      protected readonly settings: BreakerSettings = { ...own, name, place };

      protected request(): ClientRequest<OpossumBreaker> {
        return {
          place,
          sources: [own.breaker],
          accepts: isOpossumBreaker,
          expected: 'a CircuitBreaker of opossum',
          remedy: passToken(place, 'breaker', '{ breaker: PAYMENTS_BREAKER }'),
        };
      }

      protected adapt(breaker: OpossumBreaker): Breaker {
        return breakerOf(breaker);
      }
    },
  );
}
