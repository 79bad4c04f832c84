/** Whether a program is installed on this machine. */
export function isInstalled(command: string): boolean;
/** Runs a program to completion. Throws with its output if it fails. */
export function run(command: string, parameters: readonly string[], home?: string): void;
