import { ConsoleLogger } from '@nestjs/common';

/** The contexts of the lines that Nest logs for each module and each route at the start. */
const START_UP: ReadonlySet<unknown> = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);
/** The lines of the health module at the start: the list of addresses and the page show the same. */
const HEALTH_START_UP = /^(?:\d+ indicators?: |Health endpoints listen on )/;

/** Omits the lines of the start, so that the list of addresses comes first. */
export class SampleLogger extends ConsoleLogger {
  override log(message: unknown, ...parameters: unknown[]): void {
    const isStartUp = START_UP.has(parameters.at(-1)) || (typeof message === 'string' && HEALTH_START_UP.test(message));
    if (!isStartUp) super.log(message, ...(parameters as [...unknown[], string]));
  }
}
