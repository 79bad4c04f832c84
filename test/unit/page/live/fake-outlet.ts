import type { EndpointOutlet } from '../../../../src/extension/health-endpoints.js';

/** A client of a stream. The test decides whether it reads. */
export class FakeOutlet implements EndpointOutlet {
  readonly written: Buffer[] = [];
  pending = 0;
  state: 'open' | 'ended' | 'destroyed' = 'open';
  #onClose: () => void = () => undefined;

  /** `reads`: the client reads written data at once. */
  constructor(private readonly reads = true) {}

  write(bytes: Buffer): void {
    this.written.push(bytes);
    if (!this.reads) this.pending += bytes.length;
  }

  end(): void {
    this.state = 'ended';
    if (this.pending === 0) this.close();
  }

  destroy(): void {
    this.state = 'destroyed';
    this.close();
  }

  onClose(listener: () => void): void {
    this.#onClose = listener;
  }

  /** The client disconnects. */
  close(): void {
    this.#onClose();
  }

  get events(): string[] {
    return this.written.map((bytes) => /event: (\S+)/.exec(bytes.toString())?.[1] ?? '');
  }
}
