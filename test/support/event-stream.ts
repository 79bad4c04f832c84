import { type IncomingHttpHeaders, type IncomingMessage, get } from 'node:http';
import { type Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { onTestFinished } from 'vitest';

export interface StreamEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string | undefined;
}

/** A client that records server-sent events. It disconnects at the end of the test. */
export class EventStream {
  readonly events: StreamEvent[] = [];
  readonly #response: IncomingMessage;
  #rest = '';
  #waiting: (() => void)[] = [];
  /** Resolves when the stream has ended, with whether it was complete. */
  readonly ended: Promise<boolean>;

  private constructor(response: IncomingMessage) {
    this.#response = response;
    const isCompressed = response.headers['content-encoding'] === 'gzip';
    const body: Readable = isCompressed ? pipeline(response, createGunzip(), () => undefined) : response;
    body.setEncoding('utf8');
    body.on('data', (text: string) => this.#take(text));
    this.ended = new Promise((resolve) => body.once('close', () => resolve(response.complete)));
    response.on('error', () => undefined);
  }

  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventStream> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = get(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false }, resolve);
      request.on('error', reject);
      onTestFinished(() => {
        request.destroy();
      });
    });
    return new EventStream(response);
  }

  get statusCode(): number | undefined {
    return this.#response.statusCode;
  }

  get headers(): IncomingHttpHeaders {
    return this.#response.headers;
  }

  /** The first event that matches the condition. */
  async find(matches: (event: StreamEvent) => boolean): Promise<StreamEvent> {
    for (;;) {
      const found = this.events.find(matches);
      if (found) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  hangUp(): void {
    this.#response.destroy();
  }

  #take(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => splitOnce(line)));
      this.events.push({
        event: fields.get('event') ?? 'message',
        data: fields.get('data') ?? '',
        id: fields.get('id'),
      });
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function splitOnce(line: string): [string, string] {
  const colon = line.indexOf(': ');
  return [line.slice(0, colon), line.slice(colon + 2)];
}
