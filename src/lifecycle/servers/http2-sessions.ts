import type { Http2Server, Http2Session, ServerHttp2Stream } from 'node:http2';
import { OpenRequests } from './open-requests.js';

/** RFC 9113, section 6.8: this last stream id announces a graceful shutdown and still accepts streams that are arriving. */
const EVERY_STREAM = 2 ** 31 - 1;
/** RFC 9113, section 7. A literal, because importing `node:http2` takes 2 ms at each start. */
const NO_ERROR = 0;

interface Session {
  openStreams: number;
  hadStreams: boolean;
  isNotified: boolean;
}

/** The HTTP/2 sessions of the servers, and their open streams. An open stream costs one map entry. */
export class Http2Sessions {
  readonly requests = new OpenRequests<ServerHttp2Stream>();
  readonly #sessions = new Map<Http2Session, Session>();
  #isDraining = false;

  watch(server: Http2Server): void {
    server.on('session', (session) => {
      this.#sessions.set(session, { openStreams: 0, hadStreams: false, isNotified: false });
      session.once('close', () => this.#sessions.delete(session));
    });
    server.on('stream', (stream: ServerHttp2Stream, headers) => {
      const { session } = stream;
      const known = session && this.#sessions.get(session);
      if (!known || stream.destroyed) return;
      known.openStreams += 1;
      known.hadStreams = true;
      this.requests.begin(stream, headers[':method'], headers[':path']);
      stream.once('close', () => {
        known.openStreams -= 1;
        this.requests.finish(stream);
        if (this.#isDraining && known.openStreams === 0) notify(session, known);
      });
    });
  }

  /**
   * Sends GOAWAY to each session as soon as it has no open stream, so that its client connects to another instance. A session that
   * has had no stream yet receives none: its client is about to send the first request.
   */
  beginDraining(): void {
    this.#isDraining = true;
    for (const [session, known] of this.#sessions) {
      if (known.hadStreams && known.openStreams === 0) notify(session, known);
    }
  }

  /** Sends GOAWAY to every session that has received none. Open and arriving streams are still served. */
  notifyAll(): void {
    for (const [session, known] of this.#sessions) notify(session, known);
  }

  /** Closes the sessions without an open stream. Returns their number. */
  closeIdle(): number {
    let closed = 0;
    for (const [session, { openStreams }] of this.#sessions) {
      if (openStreams > 0 || session.destroyed) continue;
      // A client that received GOAWAY may already be closing the session.
      session.close();
      closed += 1;
    }
    return closed;
  }

  /** Ends every session together with its open streams. */
  destroyAll(): void {
    for (const session of this.#sessions.keys()) session.destroy();
  }
}

function notify(session: Http2Session, known: Session): void {
  if (known.isNotified || session.closed || session.destroyed) return;
  known.isNotified = true;
  session.goaway(NO_ERROR, EVERY_STREAM);
}
