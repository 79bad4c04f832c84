import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/**
 * The commands that pin the server to one core and the client to another, so that neither takes CPU time from the other.
 * Empty if the machine has only one core or no `taskset`.
 */
export function pinning() {
  const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-c', '1', 'true']).status === 0;
  if (!canPin) return { isPinned: false, client: [], server: [] };
  return { isPinned: true, client: ['taskset', '-c', '0'], server: ['taskset', '-c', '1'] };
}
