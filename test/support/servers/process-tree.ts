import { readFileSync, readdirSync } from 'node:fs';

/** Processes of a tree that is growing are found in a later round. A tree that has been stopped grows no more. */
const ROUNDS = 20;
/** Milliseconds. The system stops a process when it gets round to it, which on a busy machine takes a while. */
const LIMIT = 30_000;

/**
 * Stops a process and everything below it where it stands, and returns them all, when they stand still. Process groups
 * are of no use for that: a PostgreSQL backend leads one of its own.
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

/** Ends a process and everything below it, and waits until the system has taken back what they held. */
export async function killTree(root: number): Promise<void> {
  // While they run, they could start others, or be handed to another parent when theirs has died.
  const all = freezeTree(root);
  for (const pid of all) send(pid, 'SIGKILL');
  while (all.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A process and its descendants, parents first. */
function treeOf(root: number): number[] {
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

/** One that has ended stays in the list until its parent has asked for its end, but holds nothing any more. */
function isAlive(pid: number): boolean {
  const state = statOf(pid)[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** A thread of a process that was stopped can still be about to finish what it is doing in the kernel. */
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

/** Nothing else of the test goes on meanwhile, which could see a server that is only half frozen. */
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** What the system says of a process, after its name: its state, its parent, and more. */
function statOf(pid: number | string): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program stands in parentheses and may hold anything, also a parenthesis.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
