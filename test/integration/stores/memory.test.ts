import { type MemoryStore, memoryStore } from 'nest-vitals/stores/memory';
import { describe } from 'vitest';
import { testStore } from './behaviours.js';

describe('a memory store', () => {
  const store: MemoryStore = memoryStore();
  testStore({
    server: () => ({
      freeze: () => store.simulate('frozen'),
      thaw: () => store.simulate(undefined),
      kill: async () => {
        store.simulate('unavailable');
        store.loseData();
      },
      restart: async () => store.simulate(undefined),
    }),
    open: () => store,
    keepsData: false,
    shortestLease: 1000,
    expiryDelay: 0,
  });
});
