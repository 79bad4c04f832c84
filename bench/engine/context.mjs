import { NestFactory } from '@nestjs/core';
import { HealthIndicator, HealthModule, HealthService } from 'nest-vitals';
import { createModule } from '../applications/by-hand.mjs';
import { indicatorNames } from '../applications/indicator-names.mjs';

/** An application without HTTP, with so many indicators that all have this check. */
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

/** What is in use after everything that can go has gone, in bytes. Needs --expose-gc. */
export function heapInUse() {
  for (let round = 0; round < 4; round += 1) globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** Tells the parent, and ends when that has heard enough. */
export function tell(figures) {
  process.send(figures);
  process.on('disconnect', () => process.exit());
}
