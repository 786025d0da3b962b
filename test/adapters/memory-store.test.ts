import { sampleSize } from '../support/effort.ts';
import { memoryStore } from '../support/store/memory-store.ts';
import { storeContract } from './store-contract.ts';

storeContract({
  name: 'in memory',
  sequences: sampleSize({ small: 25, full: 100 }),
  open: async (keeping) => {
    const store = memoryStore(keeping);
    return { store, again: async () => ({ ...store, close: async () => {} }) };
  },
});
