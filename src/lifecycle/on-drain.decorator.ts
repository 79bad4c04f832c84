import 'reflect-metadata';

export interface OnDrainOptions {
  /** Milliseconds after which the drain continues without the method. Default: the `timeout` of `shutdown`. */
  readonly timeout?: number;
}

/** The same in every copy of the package. */
const KEY = 'nest-vitals:on-drain';

type DrainMethods = ReadonlyMap<string, OnDrainOptions>;

/**
 * Calls a method of a provider when the drain begins, before anything is destroyed: for example to stop pulling from a
 * queue, or to leave a consumer group. The shutdown waits for the method, as it waits for work in flight. An error is
 * logged; it neither ends nor shortens the drain.
 *
 * @example
 * @OnDrain()
 * async stopPulling() {}
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
