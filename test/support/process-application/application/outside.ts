import cluster from 'node:cluster';
import { writeSync } from 'node:fs';

/** An event that the application sends to the test. */
export interface Event {
  readonly event: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly [detail: string]: unknown;
}

/** A command that the test sends to the application. */
export interface Command {
  readonly command: string;
  readonly name?: string;
}

/** Writes synchronously, so that no event is lost when the process ends. */
export function tell(event: string, details: Readonly<Record<string, unknown>> = {}): void {
  writeSync(1, `${JSON.stringify({ event, at: Date.now(), ...details })}\n`);
}

const gates = new Map<string, PromiseWithOpener>();

interface PromiseWithOpener {
  readonly promise: Promise<void>;
  readonly open: () => void;
}

function gateOf(name: string): PromiseWithOpener {
  const known = gates.get(name);
  if (known) return known;
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  const gate = { promise, open };
  gates.set(name, gate);
  return gate;
}

/** Resolves when the test opens the gate of this name. */
export const gate = (name: string): Promise<void> => gateOf(name).promise;

/** Calls the handler for each command, without keeping the process alive. */
export function listenToTest(handler: (command: Command) => void): void {
  process.on('message', (message) => {
    const command = message as Command;
    if (command.command === 'open') gateOf(command.name ?? '').open();
    else handler(command);
  });
  // A worker of node:cluster opens its server over this channel.
  if (!cluster.isWorker) process.channel?.unref();
}
