import type { Terminal } from './terminal.js';

/** What a command needs of its process. Tests replace it. */
export interface Surroundings {
  readonly terminal: Terminal;
  readonly environment: NodeJS.ProcessEnv;
  readonly version: string;
  /** Aborted when the tool is interrupted. */
  readonly signal: AbortSignal;
}
