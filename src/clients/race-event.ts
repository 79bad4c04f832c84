/** The used part of an event emitter. */
export interface Emitter<Details extends unknown[]> {
  on(event: string, listener: (...details: Details) => void): unknown;
  off(event: string, listener: (...details: Details) => void): unknown;
}

/**
 * Settles as the promise does, or rejects when the source emits one of the events first. `error` returns the error of that
 * rejection. Undefined: the event is ignored. A later rejection of the promise is ignored.
 */
export async function raceEvent<T, Details extends unknown[]>(
  promise: Promise<T>,
  source: Emitter<Details>,
  events: readonly string[],
  error: (...details: Details) => unknown,
): Promise<T> {
  let listener = (..._details: Details): void => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    listener = (...details) => {
      const reason = error(...details);
      if (reason !== undefined) reject(reason);
    };
  });
  for (const event of events) source.on(event, listener);
  try {
    return await Promise.race([promise, failed]);
  } finally {
    for (const event of events) source.off(event, listener);
  }
}
