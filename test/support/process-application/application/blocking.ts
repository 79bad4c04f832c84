import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Controller, Get, Query } from '@nestjs/common';
import { HealthIndicator } from 'nest-vitals';
import { tell } from './outside.js';

/** Milliseconds, longer than the timeout of a check. */
const COMPUTATION = 600;

/** Blocks the event loop for this time, and until the condition is true. */
function block(milliseconds: number, isEnough = (): boolean => true): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end || !isEnough());
}

@Controller()
export class BlockingController {
  /** Blocks the event loop for this time, and until the file exists. */
  @Get('block')
  block(@Query('ms') milliseconds: string, @Query('file') file: string): string {
    tell('blocking');
    block(Number(milliseconds), () => existsSync(file));
    return 'done';
  }
}

@HealthIndicator('computing', { critical: false, ttl: 0 })
export class ComputingCheck implements HealthIndicator {
  async check(): Promise<void> {
    await readFile(fileURLToPath(import.meta.url));
    block(COMPUTATION);
  }
}

@HealthIndicator('computing', { critical: false, ttl: 0 })
export class CertainComputingCheck implements HealthIndicator {
  check(): Promise<void> {
    block(COMPUTATION);
    return Promise.resolve();
  }
}
