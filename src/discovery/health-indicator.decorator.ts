import { Injectable } from '@nestjs/common';
import type { HealthCheckContext, HealthCheckReturn } from '../core/check.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { setIndicatorMetadata } from './indicator-metadata.js';

/** What a class annotated with `@HealthIndicator()` implements. */
export interface HealthIndicator {
  /**
   * The name of this instance, instead of that of the decorator or the class: for a class of which a dynamic module
   * provides an instance for each registration. Read once, when the application starts, after the constructor. The rules
   * of names hold: unique, up to 64 letters, digits, "-", "_" and ".". Default: the name of the decorator, else of the class.
   */
  readonly indicatorName?: string;
  /**
   * Looks at one thing and says how it is: `up(data?)` or nothing when it works, `degraded(message)` or
   * `down(message)` when it does not. A throw or a rejection means DOWN. Hand `signal` to whatever takes long. A
   * check changes nothing: it is called often, by anybody who can reach the endpoint.
   */
  check(context: HealthCheckContext): HealthCheckReturn;
}

type IndicatorDecorator = (target: abstract new (...args: never[]) => HealthIndicator) => void;

/** Nest's own mark of an injectable class. */
const INJECTABLE_WATERMARK = '__injectable__';

/**
 * Makes a provider class an indicator: once it stands in the `providers` of any module, probes ask it. The class
 * becomes injectable, too.
 *
 * @param name Under which it is reported, and asked at `/health/<name>`. Derived from the class if left out
 * (`PaymentsApiHealth` → `payments_api`), each subclass from its own.
 * @param options How it is run and what its result counts for.
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
    // A scope that the class's own @Injectable() gave it must stay visible: it is refused at boot, not overwritten.
    if (!Reflect.hasOwnMetadata(INJECTABLE_WATERMARK, target)) Injectable()(target);
    setIndicatorMetadata(target, metadata);
  };
}
