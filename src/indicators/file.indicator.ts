import { access, constants, stat } from 'node:fs/promises';
import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../core/check.js';
import { type HealthResult, down, up } from '../core/result.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { listOf, oneOf, nonBlank } from '../options/rules.js';
import { configure } from './configure.js';
import { SharedCall } from './shared-call.js';

const KINDS = ['file', 'directory'] as const;
const MODES = { read: constants.R_OK, write: constants.W_OK, execute: constants.X_OK } as const;

/** Options of {@link FileIndicator}. */
export interface FileIndicatorOptions extends HealthIndicatorOptions {
  /** The file or directory. Required. A relative path begins at the working directory of the process. */
  readonly path: string;
  /**
   * What the process must be allowed to do there, as the operating system answers: nothing is opened, and nothing
   * written. Default: `['read']`. For a directory, `write` and `execute` together mean that files can be created in it.
   */
  readonly access?: readonly (keyof typeof MODES)[];
  /** What must be there. Default: unset, either will do. */
  readonly kind?: (typeof KINDS)[number];
}

const RULES = { path: nonBlank, access: listOf(oneOf(['read', 'write', 'execute'])), kind: oneOf(KINDS) };

/** Looks whether a path is there, and whether the process has access to it. */
export function FileIndicator(name: string, options: FileIndicatorOptions): Type<HealthIndicator> {
  const { own, annotate } = configure('FileIndicator', name, options, RULES, ['path']);
  const { path, access: needed = ['read'], kind } = own;

  class ConfiguredFileIndicator implements HealthIndicator {
    readonly #look = new SharedCall(async () => {
      const found = await stat(path);
      // Bits of one mask: the system is asked once for all.
      await access(
        path,
        needed.reduce((mask, mode) => mask | MODES[mode], 0),
      );
      return found;
    });

    async check({ signal }: HealthCheckContext): Promise<HealthResult> {
      const found = await this.#look.run(signal);
      const isDirectory = found.isDirectory();
      const data = {
        kind: isDirectory ? 'directory' : found.isFile() ? 'file' : 'other',
        ...(found.isFile() && { size_bytes: found.size }),
        modified_at: found.mtime.toISOString(),
      };
      return kind !== undefined && data.kind !== kind ? down(`it is no ${kind}`, data) : up(data);
    }
  }
  annotate(ConfiguredFileIndicator);
  return ConfiguredFileIndicator;
}
