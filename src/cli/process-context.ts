import type { Terminal } from './terminal.js';

/** The parts of the process that a command uses. Tests replace them. */
export interface ProcessContext {
  readonly terminal: Terminal;
  readonly environment: NodeJS.ProcessEnv;
  readonly version: string;
  /** Aborted when the tool is interrupted. */
  readonly signal: AbortSignal;
}
