import type { EndpointResponse } from '../../extension/endpoint-response.js';
import type { EndpointStream } from '../../extension/health-endpoints.js';
import type { LiveUpdates } from './live-updates.js';

/** Value of Retry-After for a refused stream, in seconds. */
const RETRY_AFTER = '10';
/** Keeps caches, proxies and compressing middleware from buffering events. */
const STREAM_HEADERS = { 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' };

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The stream of a channel. `headers`: of the request. `joined` is called when the client was added. */
export function streamResponse<Channel>(
  live: LiveUpdates<Channel>,
  channel: Channel,
  headers: Headers,
  joined: () => void = () => undefined,
): EndpointResponse | EndpointStream {
  const { hub } = live;
  if (hub.isClosed) return refusedStream('shutting down');
  if (hub.isFull) return refusedStream('too many pages are open');
  const lastId = headers['last-event-id'];
  return {
    statusCode: 200,
    contentType: 'text/event-stream; charset=utf-8',
    headers: STREAM_HEADERS,
    open: (outlet) => {
      if (live.join(outlet, channel, typeof lastId === 'string' ? lastId : undefined)) joined();
    },
  };
}

/** A page connects again after a while. */
export function refusedStream(reason: string): EndpointResponse {
  return {
    statusCode: 503,
    contentType: 'text/plain; charset=utf-8',
    headers: { 'retry-after': RETRY_AFTER },
    body: `${reason}\n`,
  };
}
