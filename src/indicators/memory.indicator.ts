import { totalmem } from 'node:os';
import type { Type } from '@nestjs/common';
import type { HealthResult } from '../core/result.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { numeric, wholeFrom } from '../options/rules.js';
import { type Limits, configureLimits, judge } from './limits.js';
import { bytes, percent, share } from './units.js';

/** Options of {@link MemoryIndicator}. Shares are from 0 to 1. */
export interface MemoryIndicatorOptions extends HealthIndicatorOptions {
  /**
   * Limits of the share of V8's heap limit (`--max-old-space-size`) in use. Default: `{ warn: 0.85, fail: 0.95 }`, because
   * near the limit the process spends its time on garbage collection, and at the limit it crashes. False: not checked.
   */
  readonly heap?: Limits | false;
  /**
   * Limits of the resident memory as a share of the container's memory limit, or of the machine's memory without such a
   * limit. Default: `{ warn: 0.85, fail: 0.95 }`, because at the limit the kernel kills the process. False: not checked.
   */
  readonly container?: Limits | false;
  /** Limits of the resident set size of the process, in bytes. Default: no limits. False: not checked. */
  readonly rss?: Limits | false;
}

const SHARE = { within: numeric(0, 1), direction: 'above', defaults: { warn: 0.85, fail: 0.95 } } as const;
const LIMITED = {
  heap: SHARE,
  container: SHARE,
  rss: { within: wholeFrom(0), direction: 'above', defaults: {} },
} as const;

/** Checks the memory of this process: its heap, and its share of the container's memory. */
export function MemoryIndicator(name: string, options: MemoryIndicatorOptions = {}): Type<HealthIndicator> {
  const { limits, annotate } = configureLimits('MemoryIndicator', name, options, {}, LIMITED);

  class ConfiguredMemoryIndicator implements HealthIndicator {
    check(): HealthResult {
      const { rss, heapUsed } = process.memoryUsage();
      const heapLimit = process.getBuiltinModule('node:v8').getHeapStatistics().heap_size_limit;
      const memoryLimit = limitOfMemory();
      return judge(
        [
          { label: 'heap in use', value: heapUsed / heapLimit, limits: limits.heap, show: percent },
          { label: 'memory in use', value: rss / memoryLimit, limits: limits.container, show: percent },
          { label: 'resident set size', value: rss, limits: limits.rss, show: bytes },
        ],
        {
          heap_used_bytes: heapUsed,
          heap_limit_bytes: heapLimit,
          heap_used_share: share(heapUsed / heapLimit),
          rss_bytes: rss,
          memory_limit_bytes: memoryLimit,
          memory_used_share: share(rss / memoryLimit),
          available_bytes: process.availableMemory(),
        },
      );
    }
  }
  annotate(ConfiguredMemoryIndicator);
  return ConfiguredMemoryIndicator;
}

/** Node reports 0, or a number beyond all memory, where the operating system sets no limit. */
function limitOfMemory(): number {
  const total = totalmem();
  const constrained = process.constrainedMemory();
  return constrained > 0 && constrained < total ? constrained : total;
}
