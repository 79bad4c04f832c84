import { onAbort } from '../../core/async.js';
import { ClientCalls } from '../client-calls.js';
import { raceEvent } from '../race-event.js';
import type { MongoClient } from './mongo-client.js';
import { explainMongoError } from './failure.js';
import { unreachable } from './topology.js';

/** The state of the server that has responded. */
export interface ServerState {
  readonly role: 'primary' | 'secondary' | 'standalone' | 'mongos' | 'other';
  readonly setName: string | undefined;
}

/** Shared by all indicators: two indicators with the same client share its call. */
const calls = new ClientCalls<ServerState>();

/**
 * Milliseconds. While the driver's monitoring finds no server that can respond, the driver holds a command back. The check
 * waits only this long, which is enough for another attempt of the monitoring, and reports the failure of that attempt.
 */
const UNREACHABLE_AFTER = 100;

/** Sends `hello` to the primary, or to a secondary if there is no primary. It is cancelled when the signal is aborted. */
export function hello(client: MongoClient, signal: AbortSignal): Promise<ServerState> {
  return calls.call(client, signal, async (abandoned) => {
    const over = new AbortController();
    // Not `abandoned` itself: the driver treats a reason with the name TimeoutError as a timeout of its own.
    const removeListener = onAbort(abandoned, () => over.abort());
    const options = { readPreference: 'primaryPreferred', signal: over.signal };
    try {
      return stateIn(await unlessUnreachable(client, client.db('admin').command({ hello: 1 }, options)));
    } catch (error) {
      throw explainMongoError(error);
    } finally {
      removeListener();
      over.abort();
    }
  });
}

async function unlessUnreachable<T>(client: MongoClient, response: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = unreachable(client);
      if (error) reject(error);
    }, UNREACHABLE_AFTER);
  });
  const onFailure = ({ failure }: { readonly failure: Error }): Error | undefined => unreachable(client) && failure;
  try {
    return await raceEvent(Promise.race([response, late]), client, ['serverHeartbeatFailed'], onFailure);
  } finally {
    clearTimeout(timer);
  }
}

function stateIn(response: Readonly<Record<string, unknown>>): ServerState {
  const { isWritablePrimary, secondary, setName, msg } = response;
  return { role: roleOf(isWritablePrimary === true, secondary === true, msg, setName), setName: text(setName) };
}

function roleOf(isPrimary: boolean, isSecondary: boolean, message: unknown, setName: unknown): ServerState['role'] {
  if (message === 'isdbgrid') return 'mongos';
  if (isPrimary) return setName === undefined ? 'standalone' : 'primary';
  return isSecondary ? 'secondary' : 'other';
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
