import { ConsoleLogger } from '@nestjs/common';

/** The contexts of the lines that Nest logs for each module and each route at the start. */
const START_UP: ReadonlySet<unknown> = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Omits the lines that Nest logs at its start, so that the list of addresses comes first. */
export class SampleLogger extends ConsoleLogger {
  override log(message: unknown, ...parameters: unknown[]): void {
    if (!START_UP.has(parameters.at(-1))) super.log(message, ...(parameters as [...unknown[], string]));
  }
}
