import { type IncomingMessage, type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { run } from '../../../src/cli/run.js';
import type { Terminal } from '../../../src/cli/terminal.js';
import { onTestFinished } from 'vitest';

export interface Ran {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

interface RunOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly terminal?: Partial<Terminal>;
  readonly signal?: AbortSignal;
}

/** Runs one command line in this process. */
export async function runCli(line: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { environment = {}, terminal, signal = new AbortController().signal } = options;
  let output = '';
  let errors = '';
  const exitCode = await run(line, {
    environment,
    signal,
    version: '1.2.3',
    terminal: {
      write: (text) => void (output += text),
      writeError: (text) => void (errors += text),
      hasColours: false,
      isInteractive: false,
      ...terminal,
    },
  });
  return { exitCode, output, errors };
}

export interface FakeServer {
  readonly url: string;
  readonly port: string;
  readonly requests: IncomingMessage[];
}

/** A server on a free port of the loopback interface, or on a Unix socket, until the end of the test. */
export async function listen(listener: RequestListener, socket?: string): Promise<FakeServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  await new Promise<void>((resolve) => {
    if (socket === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(socket, resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = socket === undefined ? (server.address() as AddressInfo) : { port: 0 };
  return { url: `http://127.0.0.1:${port}`, port: String(port), requests };
}

/** Responds with a report, like the library. */
export function reports(statusCode: number, report: object & { readonly status: string }): RequestListener {
  return (_request, response) => {
    response.writeHead(statusCode, { 'content-type': 'application/json', 'x-health-status': report.status });
    response.end(JSON.stringify(report));
  };
}
