import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/**
 * The commands that keep the server on one core and the client on another, so that neither takes time from the other.
 * Empty, where the machine has one core or no `taskset`.
 */
export function pinning() {
  const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-c', '1', 'true']).status === 0;
  if (!canPin) return { isPinned: false, client: [], server: [] };
  return { isPinned: true, client: ['taskset', '-c', '0'], server: ['taskset', '-c', '1'] };
}
