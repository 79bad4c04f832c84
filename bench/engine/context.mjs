import { NestFactory } from '@nestjs/core';
import { HealthIndicator, HealthModule, HealthService } from 'nest-vitals';
import { createModule } from '../applications/by-hand.mjs';
import { indicatorNames } from '../applications/indicator-names.mjs';

/** An application without HTTP, with the given number of indicators, which all have the same check. */
export async function startContext({ indicators, check, options = {} }) {
  const root = createModule({
    imports: [HealthModule.forRoot()],
    providers: indicatorNames(indicators).map((name) => createIndicator(name, check, options)),
  });
  const context = await NestFactory.createApplicationContext(root, { logger: ['error'] });
  return { context, health: context.get(HealthService) };
}

function createIndicator(name, check, options) {
  class Indicator {}
  Indicator.prototype.check = check;
  HealthIndicator(name, options)(Indicator);
  return Indicator;
}

/** The used heap after a collection, in bytes. Requires --expose-gc. */
export function heapInUse() {
  for (let round = 0; round < 4; round += 1) globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** Sends the figures to the parent, and ends when the parent disconnects. */
export function sendFigures(figures) {
  process.send(figures);
  process.on('disconnect', () => process.exit());
}
