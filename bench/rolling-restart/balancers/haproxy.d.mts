import type { InstanceAddress } from './ops-configuration.d.mts';

export interface HaproxyOptions {
  /** A file of `ops`. */
  readonly configuration?: string;
  readonly backends?: number;
  readonly isWatched?: boolean;
  /** Adds agent checks. `alone`: without any other check. */
  readonly agent?: 'beside' | 'alone';
}

export interface AgentAddress extends InstanceAddress {
  /** The port for agent checks. */
  readonly agentPort?: number;
}

export class Haproxy {
  constructor(options?: HaproxyOptions);
  start(addresses: { readonly port: number; readonly instances: readonly AgentAddress[] }): Promise<void>;
  stop(): Promise<void>;
  /** Reads these columns of the statistics of each server, by its name. */
  columnsOf<Column extends string>(
    ...names: readonly Column[]
  ): Promise<Readonly<Record<string, Readonly<Record<Column, string>>>>>;
}
