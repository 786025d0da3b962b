import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { Refusal } from '../protocol/refusal.ts';
import type { Answer } from './queues.ts';

type Fields = Readonly<Record<string, unknown>>;

/** DynamoDB's tables, with the transactions that dynalite lacks. */
export interface Tables {
  /** Answers any other call. It waits while a transaction writes, and until a new table is active and a removed one is gone. */
  pass(request: IncomingMessage, response: ServerResponse): Promise<void>;
  transactWrite(body: string, authorization: string): Promise<Answer>;
  /** Answers UpdateItem with the item that a condition did not hold for, if it is asked for. dynalite ignores that wish. */
  update(body: string, authorization: string): Promise<Answer>;
  close(): Promise<void>;
}

interface Operation extends Fields {
  readonly TableName: string;
  readonly Item?: Fields;
  readonly Key?: Fields;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

interface Tried {
  readonly table: string;
  readonly key: Fields;
  /** True for a condition without a write. */
  readonly isCheck: boolean;
  readonly old?: Fields | undefined;
  readonly fault?: { readonly Code: string; readonly Message: string; readonly Item?: Fields | undefined };
}

const JSON_TYPE = 'application/x-amz-json-1.0';
const ANSWERS: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'UpdateItem',
};

/**
 * Adds `TransactWriteItems` to dynalite. Nothing else runs while the operations are tried one after the other. Writes are taken back if one
 * of them fails. A token that was used is answered as before, as AWS does it for ten minutes.
 */
export async function startTables(dynalite: Server): Promise<Tables> {
  await new Promise<void>((done) => dynalite.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(dynalite.address() as AddressInfo).port}/`;
  const used = new Map<string, string>();
  const running = new Set<Promise<void>>();
  let last: Promise<unknown> = Promise.resolve();
  return {
    pass: async (request, response) => {
      const ended = Promise.withResolvers<void>();
      response.once('close', ended.resolve);
      await last;
      running.add(ended.promise);
      void ended.promise.then(() => running.delete(ended.promise));
      if (isOfATable(request)) {
        const authorization = String(request.headers.authorization);
        const call: Call = async (operation, input) => callTable({ url, authorization, operation }, input);
        last = Promise.all([last, ended.promise])
          .then(async () => settled(call))
          .catch(() => {});
      }
      dynalite.emit('request', request, response);
    },
    transactWrite: async (body, authorization) => {
      const call: Call = async (operation, input) => callTable({ url, authorization, operation }, input);
      const mine = Promise.allSettled([last, ...running]).then(async () => transact(body, used, call));
      last = mine.catch(() => {});
      return mine;
    },
    update: async (body, authorization) => {
      await last;
      const updated = update(body, async (operation, input) =>
        callTable({ url, authorization, operation }, input),
      );
      const ended = updated.then(
        () => {},
        () => {},
      );
      running.add(ended);
      void ended.then(() => running.delete(ended));
      return updated;
    },
    close: async () => {
      // Its own `close` also closes the tables, under calls that are still on their way; then it throws where nothing catches.
      dynalite.closeAllConnections();
      await new Promise((done) => Server.prototype.close.call(dynalite, done));
    },
  };
}

function isOfATable({ headers }: IncomingMessage): boolean {
  return /\.(Create|Delete)Table$/.test(String(headers['x-amz-target']));
}

/** Waits until no table is being made or removed. Meanwhile dynalite does not find a new table, and an old one is in the way. */
async function settled(call: Call): Promise<void> {
  for (;;) {
    const { TableNames = [] } = (await call('ListTables', {})) as { readonly TableNames?: readonly string[] };
    const tables = await Promise.all(
      TableNames.map(async (TableName) => call('DescribeTable', { TableName })),
    );
    const states = tables.map(({ Table }) => (Table as Fields | undefined)?.['TableStatus']);
    if (states.every((state) => state === undefined || state === 'ACTIVE')) return;
    await turn();
  }
}

async function update(body: string, call: Call): Promise<Answer> {
  const input = JSON.parse(body) as Operation;
  const answer = await call('UpdateItem', input);
  if (answer['__type'] === undefined) return answerOf(200, answer);
  const isRefused = String(answer['__type']).endsWith('#ConditionalCheckFailedException');
  if (!isRefused || input.ReturnValuesOnConditionCheckFailure !== 'ALL_OLD') return answerOf(400, answer);
  const { Item } = await call('GetItem', {
    TableName: input.TableName,
    Key: input.Key,
    ConsistentRead: true,
  });
  return answerOf(400, { ...answer, ...(Item === undefined ? {} : { Item }) });
}

function answerOf(status: number, body: object): Answer {
  return { status, type: JSON_TYPE, body: JSON.stringify(body) };
}

interface Transaction {
  readonly TransactItems?: readonly Readonly<Record<string, Operation>>[];
  readonly ClientRequestToken?: string;
}

async function transact(body: string, used: Map<string, string>, call: Call): Promise<Answer> {
  const { TransactItems = [], ClientRequestToken: token = '' } = JSON.parse(body) as Transaction;
  const text = JSON.stringify(TransactItems);
  if (used.get(token) === text) return success();
  if (token !== '' && used.has(token))
    throw new Refusal('IdempotentParameterMismatchException', 'The token was used with other parameters.');
  const tried: Tried[] = [];
  let isDone = false;
  try {
    for (const one of TransactItems) tried.push(await tryOne(one, call));
    assertDifferent(tried);
    isDone = tried.every(({ fault }) => fault === undefined);
    if (isDone && token !== '') used.set(token, text);
    return isDone ? success() : cancelled(tried);
  } finally {
    const undone = tried.filter(({ fault, isCheck }) => fault === undefined && (isCheck || !isDone));
    for (const one of undone.toReversed()) await restore(one, call);
  }
}

async function callTable(
  { url, authorization, operation }: Readonly<Record<'url' | 'authorization' | 'operation', string>>,
  input: object,
): Promise<Fields> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      authorization,
      'x-amz-date': '20261130T000000Z',
      'content-type': JSON_TYPE,
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    },
    body: JSON.stringify(input),
  });
  return (await answer.json()) as Fields;
}

type Call = (operation: string, input: object) => Promise<Fields>;

async function tryOne(item: Readonly<Record<string, Operation>>, call: Call): Promise<Tried> {
  const [[kind, operation]] = Object.entries(item) as [[string, Operation]];
  const { ReturnValuesOnConditionCheckFailure: asked, ...input } = operation;
  const table = operation.TableName;
  const { Table } = (await call('DescribeTable', { TableName: table })) as {
    Table?: { KeySchema: { AttributeName: string }[] };
  };
  if (Table === undefined)
    throw new Refusal(
      'ResourceNotFoundException',
      `Requested resource not found: Table: ${table} not found`,
      400,
    );
  const from = operation.Key ?? operation.Item ?? {};
  const key = Object.fromEntries(
    Table.KeySchema.map(({ AttributeName }) => [AttributeName, from[AttributeName]]),
  );
  const answer = await call(ANSWERS[kind] as string, { ...input, ReturnValues: 'ALL_OLD' });
  const type = String(answer['__type'] ?? '').split('#')[1];
  const isCheck = kind === 'ConditionCheck';
  if (type === undefined) return { table, key, isCheck, old: answer['Attributes'] as Fields | undefined };
  if (type !== 'ConditionalCheckFailedException')
    return {
      table,
      key,
      isCheck,
      fault: { Code: type.replace('Exception', 'Error'), Message: String(answer['message']) },
    };
  const { Item } =
    asked === 'ALL_OLD' ? ((await call('GetItem', { TableName: table, Key: key })) as { Item?: Fields }) : {};
  return {
    table,
    key,
    isCheck,
    fault: {
      Code: 'ConditionalCheckFailed',
      Message: 'The conditional request failed',
      ...(Item === undefined ? {} : { Item }),
    },
  };
}

async function restore({ table, key, old }: Tried, call: Call): Promise<void> {
  if (old === undefined) await call('DeleteItem', { TableName: table, Key: key });
  else await call('PutItem', { TableName: table, Item: old });
}

function assertDifferent(tried: readonly Tried[]): void {
  const keys = new Set(tried.map(({ table, key }) => JSON.stringify([table, key])));
  if (keys.size < tried.length)
    throw new Refusal(
      'ValidationException',
      'Transaction request cannot include multiple operations on one item',
      400,
    );
}

function success(): Answer {
  return answerOf(200, {});
}

function cancelled(tried: readonly Tried[]): Answer {
  const CancellationReasons = tried.map(({ fault }) => fault ?? { Code: 'None' });
  const codes = CancellationReasons.map(({ Code }) => Code).join(', ');
  return answerOf(400, {
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    CancellationReasons,
  });
}
