import { afterAll, beforeAll, describe } from '@jest/globals';
import { createTable, STATE_TABLE } from '../../runner/adapters/dynamodb/schema.ts';
import { dynamodbStore } from '../../runner/adapters/dynamodb/store.ts';
import { storeContract } from '../adapters/store-contract.ts';
import { type Aws, BOTH } from './judge/two-aws.ts';

const TABLE = 'coalmine-state';

// Ours has its turn in test/adapters/dynamodb/store.test.ts.
describe.each(BOTH.filter(({ name }) => name === 'MiniStack'))('$name', ({ start }) => {
  let aws: Aws;
  let opened = 0;
  beforeAll(async () => {
    aws = await start();
    await createTable(aws.clients, TABLE, STATE_TABLE);
  });
  afterAll(async () => aws.close());

  storeContract({
    name: 'in a table',
    sequences: 6,
    open: async (keeping) => {
      opened += 1;
      const at = { table: TABLE, project: 'contract', environment: `e${opened}` };
      const open = () => dynamodbStore(at, { clients: aws.clients, ...keeping });
      return { store: open(), again: async () => open() };
    },
  });
});
