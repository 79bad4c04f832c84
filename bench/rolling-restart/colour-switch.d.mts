import type { LoadFigures, Stop } from './figures.d.mts';

export interface ColourSwitch {
  /** One of `subjects.mjs`. */
  readonly subject: string;
  /** Who says that the other colour is to be used. */
  readonly by: 'readiness' | 'socket';
  /** Requests per second. */
  readonly rate: number;
  /** Environment variables of the instances. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ColourSwitchFigures extends LoadFigures {
  readonly failures: readonly unknown[];
  /** What each instance had answered before the switch, and when the first colour was gone. */
  readonly before: Readonly<Record<string, number>>;
  readonly switched: Readonly<Record<string, number>>;
  readonly restarts: readonly Stop[];
}

export function switchColours(options: ColourSwitch): Promise<ColourSwitchFigures>;
