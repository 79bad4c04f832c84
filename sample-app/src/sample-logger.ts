import { ConsoleLogger } from '@nestjs/common';

/** The contexts under which Nest reports each module and each route at the start. */
const START_UP: ReadonlySet<unknown> = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Leaves out the lines with which Nest reports its own start, so that the first thing to read is the list of addresses. */
export class SampleLogger extends ConsoleLogger {
  override log(message: unknown, ...parameters: unknown[]): void {
    if (!START_UP.has(parameters.at(-1))) super.log(message, ...(parameters as [...unknown[], string]));
  }
}
