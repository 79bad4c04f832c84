import type { LoadFigures, Stop } from './figures.d.mts';

export interface ColourSwitch {
  /** One of `subjects.mjs`. */
  readonly subject: string;
  /** The way in which traffic moves to the other colour. */
  readonly by: 'readiness' | 'socket';
  /** Requests per second. */
  readonly rate: number;
  /** Environment variables of the instances. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ColourSwitchFigures extends LoadFigures {
  readonly failures: readonly unknown[];
  /** Responses of each instance before the switch, and after the blue instances have stopped. */
  readonly before: Readonly<Record<string, number>>;
  readonly switched: Readonly<Record<string, number>>;
  readonly restarts: readonly Stop[];
}

export function switchColours(options: ColourSwitch): Promise<ColourSwitchFigures>;
