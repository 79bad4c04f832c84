import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Ring } from '../../../src/dashboard/ring.js';

it('Ring keeps the latest entries up to its limit, the oldest first', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.integer(), { maxLength: 100 }), (capacity, items) => {
      const ring = new Ring<number>(capacity);
      for (const [index, item] of items.entries()) {
        ring.push(item);
        expect(ring.size).toBe(Math.min(capacity, index + 1));
      }
      expect(ring.toArray()).toEqual(items.slice(-capacity));
    }),
  );
});
