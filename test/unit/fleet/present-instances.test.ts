import { describe, expect, it } from 'vitest';
import { PresentInstances } from '../../../src/fleet/present-instances.js';

describe('PresentInstances', () => {
  it('gives each instance a turn of its own after any other one', () => {
    const present = new PresentInstances();
    const boots = ['d', 'a', 'c', 'b'];
    for (const boot of boots) present.add(`clock-${boot}`, boot);
    expect(['d', 'a', 'b'].map((boot) => present.between('c', boot))).toStrictEqual([0, 1, 2]);
    expect(['b', 'c', 'd'].map((boot) => present.between('a', boot))).toStrictEqual([0, 1, 2]);
    present.remove('clock-d');
    expect(present.between('c', 'a')).toBe(0);
    expect(present.count).toBe(3);
    present.clear();
    expect(present.count).toBe(0);
  });
});
