import { connectionLost } from './error-codes.js';
import { type Emitter, raceEvent } from './race-event.js';

/** The events of a client whose connection ends. */
export type ClosingEvents = Emitter<[]>;

const CLOSING = ['close', 'end'];

/**
 * Settles as the promise does, or rejects if the connection ends first. Some clients keep commands without a response, and
 * send them again over the next connection: the check would wait for that connection.
 */
export function unlessClosed<T>(client: ClosingEvents, promise: Promise<T>): Promise<T> {
  return raceEvent(promise, client, CLOSING, connectionLost);
}
