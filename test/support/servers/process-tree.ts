import { readFileSync, readdirSync } from 'node:fs';

/** New processes of a growing tree are found in a later round. A stopped tree does not grow. */
const ROUNDS = 20;
/** Milliseconds. The system stops a process only after some time, which is longer on a busy machine. */
const LIMIT = 30_000;

/**
 * Stops a process and its descendants, and returns them when all have stopped. Process groups cannot be used for
 * that, because each PostgreSQL backend has its own process group.
 */
export function freezeTree(root: number): readonly number[] {
  const stopped = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = treeOf(root).filter((pid) => !stopped.has(pid));
    if (found.length === 0) break;
    for (const pid of found) {
      send(pid, 'SIGSTOP');
      stopped.add(pid);
    }
  }
  const deadline = Date.now() + LIMIT;
  while ([...stopped].some(isMoving)) {
    if (Date.now() > deadline) throw new Error(`process ${root} was not stopped within ${LIMIT} ms`);
    sleep(1);
  }
  return [...stopped];
}

export function thawTree(root: number): void {
  for (const pid of treeOf(root)) send(pid, 'SIGCONT');
}

/** Ends a process and its descendants, and waits until the system has released their resources. */
export async function killTree(root: number): Promise<void> {
  // Running processes could start others, or get another parent when theirs has ended.
  const all = freezeTree(root);
  for (const pid of all) send(pid, 'SIGKILL');
  while (all.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A process and its descendants, parents first. */
export function treeOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? parentOf(pid) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

function parentOf(pid: number): number | undefined {
  const parent = statOf(pid)[1];
  return parent === undefined ? undefined : Number(parent);
}

/** An ended process stays in the list until its parent reads its exit status, but holds no resources. */
export function isAlive(pid: number): boolean {
  const state = statOf(pid)[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** A thread of a stopped process may still finish its work in the kernel. */
function isMoving(pid: number): boolean {
  return threadsOf(pid).some((thread) => {
    const state = statOf(`${pid}/task/${thread}`)[0];
    return state !== undefined && !'TtZX'.includes(state);
  });
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Blocks, so that no other part of the test can see a partly frozen server. */
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** The fields of the system for a process, after its name: its state, its parent, and more. */
function statOf(pid: number | string): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program is in parentheses and may contain any character, also a parenthesis.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // The process has ended by itself.
  }
}
