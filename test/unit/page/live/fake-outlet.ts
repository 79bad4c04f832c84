import type { EndpointOutlet } from '../../../../src/extension/health-endpoints.js';

/** A client of a stream that reads what it is told to. */
export class FakeOutlet implements EndpointOutlet {
  readonly written: Buffer[] = [];
  pending = 0;
  state: 'open' | 'ended' | 'destroyed' = 'open';
  #onClose: () => void = () => undefined;

  /** `reads`: what is written is taken at once. */
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

  /** The client hangs up. */
  close(): void {
    this.#onClose();
  }

  get events(): string[] {
    return this.written.map((bytes) => /event: (\S+)/.exec(bytes.toString())?.[1] ?? '');
  }
}
