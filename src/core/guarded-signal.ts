type Fault = (fault: unknown) => void;
type AbortListener = Parameters<AbortSignal['addEventListener']>[1];

/**
 * An `AbortSignal` whose listeners cannot end the process. Node reports an error that a listener throws as an uncaught
 * exception, which ends the process: here it goes to `onFault`, as does the rejection of a listener that is async.
 *
 * It is a real signal (`fetch`, streams, `AbortSignal.any()` and `events.addAbortListener()` accept it). Signals made from
 * it by `AbortSignal.any()` are the caller's own and are not guarded.
 */
export function guardedSignal(signal: AbortSignal, onFault: Fault): AbortSignal {
  const guards = new WeakMap<object, (event: Event) => void>();
  const guardOf = (listener: object): ((event: Event) => void) => {
    const known = guards.get(listener);
    if (known) return known;
    const guard = guarded(signal, listener, onFault);
    guards.set(listener, guard);
    return guard;
  };
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  define(
    signal,
    'addEventListener',
    (type: string, listener: AbortListener | null, options?: object | boolean): void => {
      // The signal itself refuses or ignores a value that is not a listener.
      add(type, isListener(listener) ? guardOf(listener) : (listener as never), options);
    },
  );
  define(signal, 'removeEventListener', (type: string, listener: AbortListener | null, options?: object): void => {
    remove(type, isListener(listener) ? (guards.get(listener) ?? listener) : (listener as never), options);
  });
  return signal;
}

function guarded(signal: AbortSignal, listener: object, onFault: Fault): (event: Event) => void {
  return (event) => {
    try {
      const returned: unknown =
        typeof listener === 'function'
          ? Reflect.apply(listener, signal, [event])
          : (listener as { handleEvent(event: Event): unknown }).handleEvent(event);
      muteRejection(returned, onFault);
    } catch (fault) {
      onFault(fault);
    }
  };
}

/** Sends the rejection of a promise that nothing waits for to `onFault`, so that it does not end the process. Returns whether the value is a promise. */
export function muteRejection(value: unknown, onFault: Fault): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (!('then' in value) || typeof value.then !== 'function') return false;
  Promise.resolve(value).then(undefined, onFault);
  return true;
}

function isListener(listener: unknown): listener is object {
  return typeof listener === 'function' || (typeof listener === 'object' && listener !== null);
}

/** Not enumerable, like the methods of a class. */
function define(signal: AbortSignal, name: string, value: unknown): void {
  Object.defineProperty(signal, name, { value, configurable: true, writable: true });
}
