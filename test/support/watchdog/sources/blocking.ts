import { execSync } from 'node:child_process';
import { pbkdf2Sync } from 'node:crypto';

/** Milliseconds. Longer than `warnAfter` in the tests, with room for the capture. */
const LONG = 1500;
const blockFor = (milliseconds: number): number => {
  const end = performance.now() + milliseconds;
  let rounds = 0;
  while (performance.now() < end) rounds += 1;
  return rounds;
};

interface Order {
  readonly secret: string;
}

export function busyLoop(): string {
  const order: Order = { secret: 'hunter2' };
  parseOrders(order);
  return 'intact';
}

function parseOrders(order: Order): Order {
  blockFor(LONG);
  return order;
}

/** Each further letter doubles the time, so the text grows until it takes long on this machine. */
export function regularExpression(): boolean {
  let isMatch = false;
  for (let length = 20, took = 0; took < LONG; length += 1) {
    const start = performance.now();
    isMatch = /^(a+)+$/.test(`${'a'.repeat(length)}!`);
    took = performance.now() - start;
  }
  return isMatch;
}

/** A text of 75 MB. */
export function parseJson(): number {
  return (JSON.parse(`[${'{"a":[1,2,3],"b":"text"},'.repeat(3_000_000)}1]`) as unknown[]).length;
}

export function deriveKey(): number {
  return pbkdf2Sync('password', 'salt', 3_000_000, 64, 'sha512').length;
}

export function childProcess(): string {
  return execSync('sleep 2; echo intact').toString().trim();
}

export async function microtasks(): Promise<string> {
  const end = performance.now() + LONG;
  while (performance.now() < end) {
    await Promise.resolve();
    blockFor(1);
  }
  return 'intact';
}

/** Fills the heap, so that V8 collects garbage nearly all of the time. */
export function garbage(): string {
  const kept: object[] = [];
  const end = performance.now() + LONG;
  while (performance.now() < end) {
    kept.push({ values: Array.from({ length: 50 }, (_, index) => ({ index })) });
    if (kept.length > 14_000) kept.splice(0, 200);
  }
  return 'intact';
}

export function turnsFrequently(): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve('intact'), 1000));
}
