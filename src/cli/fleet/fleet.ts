import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { elapsed } from '../../core/moment.js';
import { cannotListen } from '../../errors/cannot-listen.js';
import { FleetOverview } from '../../fleet/fleet-overview.js';
import { messageOf } from '../http-request.js';
import type { CommandLine } from '../options.js';
import type { ProcessContext } from '../process-context.js';
import { type Terminal, json, printable } from '../terminal.js';
import { FleetPageServer, METRICS_PATH } from './fleet-page-server.js';
import {
  type FleetCommand,
  type FleetPageSettings,
  fleetCommandOf,
  pageSettingsOf,
  timeoutOf,
} from './fleet-settings.js';
import { fleetTable } from './fleet-table.js';
import { withConnectionMessages } from './connection-messages.js';
import { ConnectionFaults } from './connection-faults.js';
import { openStore } from './open-store.js';

/** Milliseconds between two evaluations of what is known. */
const POLL_PERIOD = 100;

/** Shows the fleet of a store, without an application: as a page until it is interrupted, or once in the terminal. */
export async function fleet(line: CommandLine, context: ProcessContext): Promise<number> {
  const { terminal, environment, signal } = context;
  const { values } = line;
  const command = await fleetCommandOf(line, environment);
  const page = values.once ? undefined : await pageSettingsOf(line);
  const timeout = timeoutOf(line);
  const faults = new ConnectionFaults(command.address, (message) => {
    terminal.writeError(`nest-vitals: cannot connect to the store: ${printable(message)}\n`);
  });
  const { store: opened, close } = openStore(command.address, command.namespace, faults.report);
  const store = faults.explain(opened);
  const onFault = errorsOn(terminal, 'the page cannot be shown');
  const overview = new FleetOverview({
    store: page ? withConnectionMessages(store, terminal) : store,
    environment: command.environment,
    expected: command.expected,
    secret: command.secret,
    onFailure: (message) => terminal.writeError(`nest-vitals: ${printable(message)}\n`),
    onFault,
  });
  overview.roster.follow();
  overview.start();
  try {
    if (page) return await servePage(new FleetPageServer(overview, page, onFault), page, command, context);
    return await printOnce(overview, { timeout, isJson: values.json === true, terminal, signal });
  } finally {
    overview.stop();
    close();
  }
}

async function servePage(
  server: FleetPageServer,
  page: FleetPageSettings,
  { environment }: FleetCommand,
  { terminal, signal }: ProcessContext,
): Promise<number> {
  let port: number;
  try {
    ({ port } = await server.listen());
  } catch (error) {
    const { problem, remedy } = cannotListen(
      {
        place: 'fleet',
        port: page.port,
        host: page.host,
        ifInUse: 'choose another one with --port, or 0 for any free one',
        ifHostUnknown: 'choose another one with --host',
      },
      error as NodeJS.ErrnoException,
    );
    terminal.writeError(`nest-vitals: ${problem}: ${remedy}\n`);
    return 1;
  }
  const host = page.host.includes(':') ? `[${page.host}]` : page.host;
  terminal.write(`fleet ${printable(environment)}: http://${host}:${port}/\n`);
  if (page.hasMetrics) terminal.write(`metrics: http://${host}:${port}${METRICS_PATH}\n`);
  if (page.key !== undefined) terminal.write('A key is required. In a browser, enter it as the password.\n');
  if (!signal.aborted) await once(signal, 'abort');
  await server.close();
  return 0;
}

/** Writes errors. A repetition of the last one is omitted, because a page that reloads repeats it. */
function errorsOn(terminal: Terminal, problem: string): (error: unknown) => void {
  let last = '';
  return (error) => {
    const message = printable(messageOf(error));
    if (message !== last) terminal.writeError(`nest-vitals: ${problem}: ${message}\n`);
    last = message;
  };
}

interface PrintOptions {
  readonly timeout: number;
  readonly isJson: boolean;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Exit code 0 if enough instances are ready and at least one is known, 1 otherwise. */
async function printOnce(
  overview: FleetOverview,
  { timeout, isJson, terminal, signal }: PrintOptions,
): Promise<number> {
  const { roster } = overview;
  const began = elapsed();
  // The age of an entry in the store is unknown, so only the next heartbeat, or its absence, shows whether the instance runs.
  const isKnown = (): boolean => roster.connection.isConnected && roster.hasSnapshot && roster.isConfirmed();
  while (!isKnown() && elapsed() - began < timeout && !signal.aborted) {
    await sleep(POLL_PERIOD, undefined, { signal }).catch(() => undefined);
  }
  const isComplete = isKnown();
  const report = overview.report();
  terminal.write(isJson ? `${json(report)}\n` : `${fleetTable(report, terminal)}\n`);
  if (!isComplete && report.store.connected) {
    terminal.writeError(
      signal.aborted
        ? 'nest-vitals: interrupted before the heartbeats of all instances arrived, so some of them may be gone\n'
        : `nest-vitals: the heartbeats of some instances did not arrive within ${timeout} ms, so they may be gone: give a --timeout of more ` +
            'than three heartbeats\n',
    );
  }
  return isComplete && report.status === 'UP' && report.services.length > 0 ? 0 : 1;
}
