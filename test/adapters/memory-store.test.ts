import { memoryStore } from '../support/store/memory-store.ts';
import { storeContract } from './store-contract.ts';

storeContract({
  name: 'in memory',
  stories: 100,
  open: async (keeping) => {
    const store = memoryStore(keeping);
    return { store, again: async () => ({ ...store, close: async () => {} }) };
  },
});
