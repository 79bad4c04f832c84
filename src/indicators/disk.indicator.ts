import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../core/check.js';
import type { HealthResult } from '../core/result.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import { HealthCheckError } from '../errors/health-check.error.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { listOf, nonBlank, numeric, wholeFrom } from '../options/rules.js';
import { type Limits, type Reading, configureLimits, judge } from './limits.js';
import { SharedCall } from './shared-call.js';
import { bytes, percent, share } from './units.js';

/** Options of {@link DiskIndicator}. */
export interface DiskIndicatorOptions extends HealthIndicatorOptions {
  /** One path on each file system to check. Default: `['/']`. A path that does not exist is DOWN. */
  readonly paths?: readonly string[];
  /**
   * The share of the space in use, from 0 to 1, computed as by `df`: space reserved for root counts as used. Default:
   * `{ warn: 0.9, fail: 0.98 }`. False: not checked.
   */
  readonly used?: Limits | false;
  /** The space available to the process, in bytes. Less is beyond the limit. Default: no limits. False: not checked. */
  readonly free?: Limits | false;
  /**
   * The share of the inodes in use, from 0 to 1. Without a free inode no file can be created, however much space is free.
   * Default: `{ warn: 0.9, fail: 0.98 }`. False: not checked. File systems without a fixed number of inodes pass.
   */
  readonly inodes?: Limits | false;
}

const SHARE = { within: numeric(0, 1), direction: 'above', defaults: { warn: 0.9, fail: 0.98 } } as const;
const LIMITED = {
  used: SHARE,
  free: { within: wholeFrom(0), direction: 'below', defaults: {} },
  inodes: SHARE,
} as const;

interface Usage {
  readonly path: string;
  readonly free: number;
  readonly used: number;
  readonly inodesFree: number;
  readonly inodesUsed: number;
}

/** Checks the usage of file systems, in bytes and in inodes. */
export function DiskIndicator(name: string, options: DiskIndicatorOptions = {}): Type<HealthIndicator> {
  const { own, limits, annotate } = configureLimits(
    'DiskIndicator',
    name,
    options,
    { paths: listOf(nonBlank) },
    LIMITED,
  );
  const { paths = ['/'] } = own;

  class ConfiguredDiskIndicator implements HealthIndicator {
    // One after the other, so that hanging file systems occupy one thread only.
    readonly #usages = new SharedCall(async () => {
      const usages: Usage[] = [];
      for (const path of paths) usages.push(await usageOf(path));
      return usages;
    });

    async check({ signal }: HealthCheckContext): Promise<HealthResult> {
      const usages = await this.#usages.run(signal);
      return judge(
        usages.flatMap((usage) => readingsOf(usage, limits)),
        Object.fromEntries(usages.map((usage) => [usage.path, dataOf(usage)])),
      );
    }
  }
  annotate(ConfiguredDiskIndicator);
  return ConfiguredDiskIndicator;
}

async function usageOf(path: string): Promise<Usage> {
  const { statfs } = await import('node:fs/promises');
  const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path);
  if (blocks === 0) throw new HealthCheckError(`${path} is on a file system without a size`);
  return {
    path,
    free: bavail * bsize,
    used: (blocks - bfree) * bsize,
    inodesFree: ffree,
    inodesUsed: files - ffree,
  };
}

function readingsOf(
  { path, free, used, inodesFree, inodesUsed }: Usage,
  limits: Readonly<Record<keyof typeof LIMITED, Limits>>,
): Reading[] {
  return [
    { label: `${path} in use`, value: shareOf(used, free), limits: limits.used, show: percent },
    { label: `${path} free`, value: free, limits: limits.free, direction: 'below', show: bytes },
    { label: `${path} inodes in use`, value: shareOf(inodesUsed, inodesFree), limits: limits.inodes, show: percent },
  ];
}

function dataOf({ free, used, inodesFree, inodesUsed }: Usage): object {
  return {
    used_bytes: used,
    free_bytes: free,
    used_share: share(shareOf(used, free)),
    inodes_free: inodesFree,
    inodes_used_share: share(shareOf(inodesUsed, inodesFree)),
  };
}

const shareOf = (used: number, free: number): number => (used === 0 ? 0 : used / (used + free));
