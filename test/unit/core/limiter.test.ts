import { describe, expect, it } from 'vitest';
import { Limiter } from '../../../src/core/limiter.js';
import { type Latch, latch } from '../../support/latch.js';

/** Tasks that record their start, and end when the test ends them. */
class Tasks {
  readonly begun: string[] = [];
  readonly ends = new Map<string, Latch>();

  constructor(private readonly limiter: Limiter) {}

  run(name: string): Promise<void> {
    const end = latch();
    this.ends.set(name, end);
    return this.limiter.run(() => {
      this.begun.push(name);
      return end.promise;
    });
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Limiter', () => {
  it('admits any number of tasks by default', () => {
    const tasks = new Tasks(new Limiter());
    for (let index = 0; index < 60; index += 1) void tasks.run(String(index));
    expect(tasks.begun).toHaveLength(60);
  });

  it('starts a task in the same turn while there is a place', () => {
    const tasks = new Tasks(new Limiter(2));
    void tasks.run('a');
    void tasks.run('b');
    void tasks.run('c');
    expect(tasks.begun).toStrictEqual(['a', 'b']);
  });

  it('admits waiting callers in the order of their arrival', async () => {
    const tasks = new Tasks(new Limiter(1));
    for (const name of ['a', 'b', 'c', 'd']) void tasks.run(name);
    for (const name of ['a', 'b', 'c']) {
      tasks.ends.get(name)?.open();
      await settled();
    }
    expect(tasks.begun).toStrictEqual(['a', 'b', 'c', 'd']);
  });

  it('admits waiting tasks before new ones', async () => {
    const tasks = new Tasks(new Limiter(1));
    const first = tasks.run('first');
    void tasks.run('waiting');
    tasks.ends.get('first')?.open();
    await first;
    void tasks.run('newcomer');
    await settled();
    expect(tasks.begun).toStrictEqual(['first', 'waiting']);
  });

  it('frees every place that was used', async () => {
    const tasks = new Tasks(new Limiter(2));
    const done = ['a', 'b', 'c'].map((name) => tasks.run(name));
    for (const name of ['a', 'b', 'c']) tasks.ends.get(name)?.open();
    await Promise.all(done);
    for (const name of ['d', 'e', 'f']) void tasks.run(name);
    await settled();
    expect(tasks.begun.slice(3)).toStrictEqual(['d', 'e']);
  });

  it('frees the place of a task that rejects or throws, and passes its error on', async () => {
    const limiter = new Limiter(1);
    const fault = new Error('task');
    await expect(limiter.run(() => Promise.reject(fault))).rejects.toBe(fault);
    await expect(
      limiter.run(() => {
        throw fault;
      }),
    ).rejects.toBe(fault);
    await expect(limiter.run(() => Promise.resolve('next'))).resolves.toBe('next');
  });
});
