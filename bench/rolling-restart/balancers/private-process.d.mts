/** Whether a program can be run on this machine. */
export function isInstalled(command: string): boolean;
/** Runs a program to its end, and throws with what it has written if that is not a good one. */
export function run(command: string, parameters: readonly string[]): void;
