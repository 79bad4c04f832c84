import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../core/check.js';
import { type HealthResult, down, up } from '../core/result.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { listOf, oneOf, nonBlank } from '../options/rules.js';
import { configureIndicator } from '../discovery/configured-indicator.js';
import { SharedCall } from './shared-call.js';

const KINDS = ['file', 'directory'] as const;
const MODES = { read: 'R_OK', write: 'W_OK', execute: 'X_OK' } as const;

/** Options of {@link FileIndicator}. */
export interface FileIndicatorOptions extends HealthIndicatorOptions {
  /** The path of the file or directory. Required. A relative path begins at the working directory of the process. */
  readonly path: string;
  /**
   * The permissions that the process must have. The operating system is queried; nothing is opened or written. Default:
   * `['read']`. For a directory, `write` and `execute` together mean that files can be created in it.
   */
  readonly access?: readonly (keyof typeof MODES)[];
  /** The kind that the path must have. Default: unset, both kinds are UP. */
  readonly kind?: (typeof KINDS)[number];
}

const RULES = { path: nonBlank, access: listOf(oneOf(['read', 'write', 'execute'])), kind: oneOf(KINDS) };

/** Checks that a path exists, and that the process has access to it. */
export function FileIndicator(name: string, options: FileIndicatorOptions): Type<HealthIndicator> {
  const { own, annotate } = configureIndicator('FileIndicator', name, options, RULES, ['path']);
  const { path, access: needed = ['read'], kind } = own;

  class ConfiguredFileIndicator implements HealthIndicator {
    readonly #status = new SharedCall(async () => {
      const { access, constants, stat } = await import('node:fs/promises');
      const found = await stat(path);
      // One call with a bit mask checks all permissions.
      await access(
        path,
        needed.reduce((mask, mode) => mask | constants[MODES[mode]], 0),
      );
      return found;
    });

    async check({ signal }: HealthCheckContext): Promise<HealthResult> {
      const found = await this.#status.run(signal);
      const isDirectory = found.isDirectory();
      const data = {
        kind: isDirectory ? 'directory' : found.isFile() ? 'file' : 'other',
        ...(found.isFile() && { size_bytes: found.size }),
        modified_at: found.mtime.toISOString(),
      };
      return kind !== undefined && data.kind !== kind ? down(`it is not a ${kind}`, data) : up(data);
    }
  }
  annotate(ConfiguredFileIndicator);
  return ConfiguredFileIndicator;
}
