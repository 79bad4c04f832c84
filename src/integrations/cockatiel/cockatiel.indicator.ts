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
import { type CockatielBreaker, breakerOf, isCockatielBreaker } from './cockatiel-breaker.js';

/** Options of {@link CockatielIndicator}. */
export interface CockatielIndicatorOptions extends HealthIndicatorOptions, BreakerOptions<CockatielBreaker> {}

/** Reports the state of a circuit breaker of `cockatiel`, and closes it early when its dependency is UP again. */
export function CockatielIndicator(name: string, options: CockatielIndicatorOptions): Type<HealthIndicator> {
  const configured = configureIndicator('CockatielIndicator', name, options, breakerRules, ['breaker']);
  const { own, place, annotate } = configured;

  return annotate(
    class extends BreakerIndicator<CockatielBreaker> {
      protected readonly settings: BreakerSettings = { ...own, name, place };

      protected request(): ClientRequest<CockatielBreaker> {
        return {
          place,
          sources: [own.breaker],
          accepts: isCockatielBreaker,
          expected: 'a circuit breaker policy of cockatiel',
          remedy: passToken(place, 'breaker', '{ breaker: PAYMENTS_BREAKER }'),
        };
      }

      protected adapt(breaker: CockatielBreaker): Breaker {
        return breakerOf(breaker);
      }
    },
  );
}
