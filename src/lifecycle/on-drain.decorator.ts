import 'reflect-metadata';

export interface OnDrainOptions {
  /** Milliseconds that the method may take before the drain goes on without it. Default: the `timeout` of `shutdown`. */
  readonly timeout?: number;
}

/** The same in every copy of the package. */
const KEY = 'nest-vitals:on-drain';

type DrainMethods = ReadonlyMap<string, OnDrainOptions>;

/**
 * Calls a provider's method when the drain begins, before anything is destroyed: to stop pulling from a queue, to leave
 * a group of consumers. The shutdown waits for it, as it waits for work in flight. What it throws is logged, and neither
 * ends nor shortens the drain.
 */
export function OnDrain(options: OnDrainOptions = {}) {
  return <T extends () => unknown>(target: object, method: string, _descriptor: TypedPropertyDescriptor<T>): void => {
    const methods: DrainMethods = new Map([...getDrainMethods(target.constructor), [method, options]]);
    Reflect.defineMetadata(KEY, methods, target.constructor);
  };
}

/** The annotated methods of a class and its ancestors. */
export function getDrainMethods(target: object): DrainMethods {
  return (Reflect.getMetadata(KEY, target) as DrainMethods | undefined) ?? new Map();
}
