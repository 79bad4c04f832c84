import { Injectable } from '@nestjs/common';
import type { HealthCheckContext, HealthCheckReturn } from '../core/check.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { setIndicatorMetadata } from './indicator-metadata.js';

/** The interface of a class with `@HealthIndicator()`. */
export interface HealthIndicator {
  /**
   * The name of this instance. Use it for a class of which a dynamic module provides one instance for each registration.
   * It is read once, when the application starts, after the constructor. It must be unique and have up to 64 letters,
   * digits, "-", "_" and ".". Default: the name in the decorator, else the name derived from the class.
   */
  readonly indicatorName?: string;
  /**
   * Checks one dependency. It returns `up(data?)` or nothing when the dependency works, and `degraded(message)` or
   * `down(message)` when it does not. A thrown error or a rejection means DOWN. Pass `signal` to every operation that can
   * take long. A check must change nothing, because every caller of the endpoint can make it run.
   */
  check(context: HealthCheckContext): HealthCheckReturn;
}

type IndicatorDecorator = (target: abstract new (...args: never[]) => HealthIndicator) => void;

/** Nest's own mark of an injectable class. */
const INJECTABLE_WATERMARK = '__injectable__';

/**
 * Makes a provider class an indicator. When the class is in the `providers` of a module, probes run its check. The class
 * also becomes injectable.
 *
 * @param name The name in reports and in the path `/health/<name>`. Default: derived from the class name
 * (`PaymentsApiHealth` → `payments_api`), for each subclass from its own name.
 * @param options How the check runs and how its result counts.
 *
 * @example
 * @HealthIndicator('stock', { timeout: '300ms', critical: false })
 * export class StockHealth implements HealthIndicator {
 *   constructor(private readonly stock: StockService) {}
 *
 *   async check({ signal }: HealthCheckContext) {
 *     return up({ lag_seconds: await this.stock.replicationLag({ signal }) });
 *   }
 * }
 */
export function HealthIndicator(name?: string, options?: HealthIndicatorOptions): IndicatorDecorator;
export function HealthIndicator(options: HealthIndicatorOptions): IndicatorDecorator;
export function HealthIndicator(
  nameOrOptions?: string | HealthIndicatorOptions,
  options: HealthIndicatorOptions = {},
): IndicatorDecorator {
  const metadata =
    typeof nameOrOptions === 'object' ? { name: undefined, options: nameOrOptions } : { name: nameOrOptions, options };
  return (target) => {
    // A scope in the class's own @Injectable() must stay visible, because the boot refuses it.
    if (!Reflect.hasOwnMetadata(INJECTABLE_WATERMARK, target)) Injectable()(target);
    setIndicatorMetadata(target, metadata);
  };
}
