import type { HealthChange } from '../core/health-change.js';
import type { HealthStatus } from '../core/status.js';
import type { HealthProbeChange } from '../core/probe-changes.js';

interface ToStatus {
  /** Only changes to this status, or to one of these. Default: every status. */
  readonly to?: HealthStatus | readonly HealthStatus[];
}

export interface IndicatorChangeOptions extends ToStatus {
  /** The name of an indicator or a composite, or several. Default: all of them, unless `probe` is given. */
  readonly indicator?: string | readonly string[];
  readonly probe?: never;
}

export interface ProbeChangeOptions extends ToStatus {
  /** The name of a probe (`live`, `ready`, `startup`, `deep`) or of a group, or several. Default: none. */
  readonly probe: string | readonly string[];
  readonly indicator?: never;
}

/** Changes of indicators and of probes. The method distinguishes them by `'probe' in change`. */
export interface OnHealthChangeOptions extends ToStatus {
  /** The name of an indicator or a composite, or several. */
  readonly indicator: string | readonly string[];
  /** The name of a probe or of a group, or several. */
  readonly probe: string | readonly string[];
}

type MethodFor<Change> = <T extends (change: Change) => unknown>(
  target: object,
  method: string,
  descriptor: TypedPropertyDescriptor<T>,
) => void;

/** One annotation of a method. */
export interface AnnotatedMethod {
  readonly method: string;
  readonly options: IndicatorChangeOptions | ProbeChangeOptions | OnHealthChangeOptions;
}

/** The same in every copy of the package. */
const KEY = Symbol.for('nest-vitals:on-health-change');

/**
 * Calls the method of a provider or a controller when the status of an indicator or a composite changes, or, with `probe`, the
 * status of a probe or a group. The library does not wait for the method; an error that it throws or rejects with is logged and has
 * no other effect. A first status that is not failing is not a change. A method can have several of these decorators.
 *
 * @example
 * @OnHealthChange({ indicator: 'broker', to: 'DOWN' })
 * pauseConsumers({ error }: HealthChange) {}
 */
export function OnHealthChange(options?: IndicatorChangeOptions): MethodFor<HealthChange>;
export function OnHealthChange(options: ProbeChangeOptions): MethodFor<HealthProbeChange>;
export function OnHealthChange(options: OnHealthChangeOptions): MethodFor<HealthChange | HealthProbeChange>;
export function OnHealthChange(options: AnnotatedMethod['options'] = {}): MethodFor<never> {
  return ({ constructor }, method) => {
    const methods: readonly AnnotatedMethod[] = [...annotatedMethods(constructor), { method, options }];
    // A property of the class, as with indicators: the lookup on every provider must be cheap.
    Object.defineProperty(constructor, KEY, { value: methods, configurable: true });
  };
}

/** The annotated methods of a class and its ancestors. */
export function annotatedMethods(target: unknown): readonly AnnotatedMethod[] {
  if (typeof target !== 'function') return [];
  return (target as { readonly [KEY]?: readonly AnnotatedMethod[] })[KEY] ?? [];
}
