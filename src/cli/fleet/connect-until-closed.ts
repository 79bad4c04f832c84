import { sleep } from '../../core/async.js';
import { type OnError, PAUSE } from './opened-store.js';

/** Connects until it succeeds. Rejects with the last error when `closed` is aborted before. */
export async function connectUntilClosed<T>(
  connect: () => Promise<T>,
  onError: OnError,
  closed: AbortSignal,
): Promise<T> {
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (closed.aborted) throw error;
      onError(error);
      await sleep(PAUSE, closed);
      if (closed.aborted) throw error;
    }
  }
}
