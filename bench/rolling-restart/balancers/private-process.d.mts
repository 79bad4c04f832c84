/** Whether a program can be run on this machine. */
export function isInstalled(command: string): boolean;
