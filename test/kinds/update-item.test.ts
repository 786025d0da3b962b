import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fromAttributes } from '../../runner/core/aws/attributes.ts';
import type { JsonMap } from '../../runner/core/base/json.ts';
import type { RunId } from '../../runner/core/base/run-id.ts';
import type { ActContext, InputFault, StepInput } from '../../runner/kinds/kind.ts';
import { putItem } from '../../runner/kinds/verbs/data/put-item.ts';
import { updateItem } from '../../runner/kinds/verbs/data/update-item.ts';
import { type KindHarness, startKindHarness } from '../support/run/kind-harness.ts';

const RUN = '6743a1c0f2b94e0c8d1e5a7b9c3d2f10' as RunId;
const OTHER = '6553f1014bf92f3577b34da6a3ce929d' as RunId;
const KEY = { orderId: 'ord_1' };
const OURS = { correlationId: `canary-${RUN}`, canary: true };

let harness: KindHarness;
let table: string;

beforeAll(async () => {
  harness = await startKindHarness();
  table = harness.names.table;
});
beforeEach(async () => {
  await put({ ...KEY, status: 'PLACED', pieces: 2, note: 'x' }, { correlate: false });
});
afterAll(async () => harness.close());

async function put(item: JsonMap, more: Partial<ActContext>): Promise<void> {
  await harness.act(putItem, { table, item }, { runId: RUN, ...more });
}

async function update(input: JsonMap, more: Partial<ActContext> = {}): Promise<JsonMap> {
  const given = { table, key: KEY, ...input };
  const { data } = await harness.act(updateItem, given, { runId: RUN, ...more });
  return data as JsonMap;
}

/** The remarks of an answer to a change with a condition. */
async function remarksOn(condition: JsonMap, more: JsonMap = {}) {
  const given = { table, key: KEY, set: { seen: true }, condition, ...more };
  const { notes, unread } = await harness.act(updateItem, given, { runId: RUN });
  return { ...(notes === undefined ? {} : { notes }), ...(unread === undefined ? {} : { unread }) };
}

async function stored(): Promise<JsonMap> {
  const command = new GetItemCommand({ TableName: table, Key: { orderId: { S: 'ord_1' } } });
  const { Item = {} } = await harness.clientOf(DynamoDBClient).send(command);
  return fromAttributes(Item);
}

describe('updateItem', () => {
  it('sets, adds and removes, puts our ids in, and answers with the whole item', async () => {
    const change = {
      set: { status: 'PAID', lines: [{ sku: 'a' }] },
      add: { pieces: 3, tries: 1 },
      remove: ['note'],
    };
    const item = { ...KEY, status: 'PAID', lines: [{ sku: 'a' }], pieces: 5, tries: 1, ...OURS };

    expect(await update(change)).toEqual({ updated: true, item });
    expect(await stored()).toEqual(item);
  });

  it('sends nothing of ours without correlation, and no value with a change that only removes', async () => {
    expect(await update({ remove: ['note', 'pieces'] }, { correlate: false })).toEqual({
      updated: true,
      item: { ...KEY, status: 'PLACED' },
    });
  });

  it('takes names that are words or signs of DynamoDB', async () => {
    const set = { size: 1, 'a.b': 2, '#n0': 3, ':v0': 4, 'x y': '$&' };

    expect((await update({ set }, { correlate: false }))['item']).toMatchObject(set);
  });

  it.each<{ condition: JsonMap; holds: boolean }>([
    { condition: { status: 'PLACED' }, holds: true },
    { condition: { status: 'PAID' }, holds: false },
    { condition: { status: { $exists: true }, cancelled: { $exists: false } }, holds: true },
    { condition: { cancelled: { $exists: true } }, holds: false },
    { condition: { status: { $oneOf: ['PAID', 'PLACED'] } }, holds: true },
    { condition: { status: { $oneOf: ['PAID'] } }, holds: false },
    { condition: { pieces: { $atLeast: 2, $atMost: 2 } }, holds: true },
    { condition: { pieces: { $above: 2 } }, holds: false },
    { condition: { pieces: { $below: 2 } }, holds: false },
    { condition: { pieces: { $above: 1, $below: 3 }, status: 'PLACED' }, holds: true },
    { condition: { pieces: '2' }, holds: false },
  ])('with the condition $condition: is it made? $holds', async ({ condition, holds }) => {
    const before = await stored();
    const answer = await update({ set: { seen: true }, condition }, { correlate: false });

    expect(answer).toEqual({ updated: holds, item: holds ? { ...before, seen: true } : before });
    expect(await stored()).toEqual(answer['item']);
  });

  it.each<{ condition: JsonMap; why: string }>([
    { condition: { status: 'PAID' }, why: `'status' is "PLACED", and the condition asks for "PAID"` },
    { condition: { lost: 1 }, why: "'lost' is missing, and the condition asks for 1" },
    {
      condition: { status: 'PLACED', pieces: { $above: 2 } },
      why: "'pieces' is 2, and the condition asks for $above: 2",
    },
    {
      condition: { note: { $exists: false } },
      why: `'note' is "x", and the condition asks for $exists: false`,
    },
    {
      condition: { status: { $oneOf: ['PAID', 1] } },
      why: `'status' is "PLACED", and the condition asks for $oneOf: ["PAID",1]`,
    },
    {
      condition: { status: { $below: 'PAID' } },
      why: `'status' is "PLACED", and the condition asks for $below: "PAID"`,
    },
    { condition: { status: null }, why: `'status' is "PLACED", and the condition asks for null` },
    {
      condition: { pieces: '2', status: 'PAID' },
      why: `'status' is "PLACED", and the condition asks for "PAID"`,
    },
  ])('says why the condition $condition does not hold', async ({ condition, why }) => {
    expect(await remarksOn(condition)).toEqual({ notes: [{ path: 'updated', why }] });
  });

  it.each<{ condition: JsonMap; why: string }>([
    {
      condition: { pieces: { $atLeast: '1' } },
      why: `'pieces' is a number in the item, and the condition compares it with a text: "1"`,
    },
    {
      condition: { pieces: '2' },
      why: `'pieces' is a number in the item, and the condition compares it with a text: "2"`,
    },
    {
      condition: { status: { $oneOf: [1, true] } },
      why: `'status' is a text in the item, and the condition compares it with a number: [1,true]`,
    },
    {
      condition: { status: 'PLACED', note: { $below: 5 } },
      why: `'note' is a text in the item, and the condition compares it with a number: 5`,
    },
  ])(
    'cannot decide by the condition $condition, which compares values of two types',
    async ({ condition, why }) => {
      expect(await remarksOn(condition)).toEqual({ unread: [{ path: 'updated', why, absent: true }] });
    },
  );

  it('says that there is no item, which no condition can hide', async () => {
    const why = 'there is no such item';

    expect(await remarksOn({ status: 'PAID' }, { key: { orderId: 'gone' } })).toEqual({
      notes: [{ path: 'updated', why }],
    });
  });

  it('says no reason where the item shows none: a map that has more fields than the condition', async () => {
    await put({ ...KEY, address: { zip: '8000', city: 'Zürich' } }, { correlate: false });

    expect(await remarksOn({ address: { zip: '8000' } })).toEqual({});
  });

  it('sent no id if it made no change', async () => {
    const given = { table, key: KEY, set: { seen: true } };
    const unsent = async (input: JsonMap) =>
      (await harness.act(updateItem, { ...given, ...input }, { runId: RUN })).unsent;

    expect(await unsent({ condition: { status: 'PAID' } })).toBe(true);
    expect(await unsent({ key: { orderId: 'gone' } })).toBe(true);
    expect(await unsent({})).toBeUndefined();
  });

  it('creates no item, and answers that there is none, with a condition and without', async () => {
    const gone = { key: { orderId: 'gone' }, set: { status: 'PAID' } };

    expect(await update(gone)).toEqual({ updated: false });
    expect(await update({ ...gone, condition: { status: { $exists: false } } })).toEqual({ updated: false });
  });

  it('puts no id over a key that is called as one of ours', async () => {
    await expect(update({ key: { orderId: 'ord_1', canary: 'x' } })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const body = harness.proxy.calls('UpdateItem').at(-1)?.body ?? '';
    expect(
      Object.values((JSON.parse(body) as { ExpressionAttributeNames: object }).ExpressionAttributeNames),
    ).toEqual(expect.not.arrayContaining(['canary']));
  });

  it('leaves an item of another run alone in a sweep, and changes its own and one of no run', async () => {
    const sweep = async () => update({ set: { status: 'CANCELLED' } }, { sweeping: true });

    expect(await sweep()).toMatchObject({ updated: true, item: { status: 'CANCELLED' } });
    expect(await sweep()).toMatchObject({ updated: true });
    await put({ ...KEY, status: 'PLACED' }, { runId: OTHER });
    await expect(sweep()).rejects.toMatchObject({
      blame: 'observer',
      message: expect.stringContaining('carries the id of something else'),
    });
    expect(await stored()).toMatchObject({ status: 'PLACED' });
  });

  it('answers in a sweep, too, that a condition does not hold', async () => {
    const change = { set: { a: 1 }, condition: { status: 'PAID' } };

    expect(await update(change, { sweeping: true })).toMatchObject({ updated: false, item: KEY });
  });

  it('is about its table and its key, and there is nothing left to do without the item', () => {
    const input = { table, key: KEY, set: { status: 'PAID' } };

    expect(updateItem.identity(input)).toEqual([table, KEY]);
    expect(updateItem.isAbsent(input, { updated: false })).toBe(true);
    expect(updateItem.isAbsent(input, { updated: false, item: KEY })).toBe(false);
    expect(updateItem.isAbsent(input, { updated: true, item: KEY })).toBe(false);
    expect(updateItem.isAbsent(input, null)).toBe(false);
  });
});

describe('the faults of updateItem', () => {
  const faults = (input: JsonMap, { correlate = true, repeats = false } = {}): readonly InputFault[] =>
    updateItem.faults({ table: 'orders', key: KEY, ...input } as StepInput as never, {
      correlate,
      filled: false,
      repeats,
    });

  it.each<{ title: string; input: JsonMap; says: string }>([
    { title: 'no change', input: {}, says: 'the step changes nothing' },
    { title: 'empty changes', input: { set: {}, remove: [] }, says: 'the step changes nothing' },
    { title: 'an attribute of the key', input: { set: { orderId: 'b' } }, says: "'orderId' is of the key" },
    {
      title: 'one attribute twice',
      input: { set: { a: 1 }, remove: ['a'] },
      says: "'a' stands under 'set', too",
    },
    {
      title: 'one attribute removed twice',
      input: { remove: ['a', 'a'] },
      says: "'a' stands under 'remove', too",
    },
    { title: 'an id of ours removed', input: { remove: ['canary'] }, says: "'canary' is put in by Coalmine" },
    {
      title: 'a type of the API',
      input: { set: { a: { S: 'x' } } },
      says: "'S' is a type of DynamoDB's API",
    },
    {
      title: 'an operator that DynamoDB lacks',
      input: { set: { a: 1 }, condition: { b: { $matches: 'x' } } },
      says: "'$matches' is no condition of DynamoDB",
    },
    {
      title: 'an operator next to a field',
      input: { set: { a: 1 }, condition: { b: { $above: 1, c: 2 } } },
      says: "'c' is no condition of DynamoDB",
    },
    {
      title: 'a bound that is a list',
      input: { set: { a: 1 }, condition: { b: { $above: [1] } } },
      says: "'$above' takes a number or a text",
    },
    {
      title: 'existence in quotes',
      input: { set: { a: 1 }, condition: { b: { $exists: 'yes' } } },
      says: "'$exists' takes true or false",
    },
    {
      title: 'a choice that is no list',
      input: { set: { a: 1 }, condition: { b: { $oneOf: 'x' } } },
      says: "'$oneOf' takes a list of 1 to 100 values",
    },
    {
      title: 'a choice of nothing',
      input: { set: { a: 1 }, condition: { b: { $oneOf: [] } } },
      says: "'$oneOf' takes a list",
    },
    {
      title: 'an operator inside a map',
      input: { set: { a: 1 }, condition: { address: { zip: { $exists: true } } } },
      says: "'$exists' stands inside a value",
    },
    {
      title: 'an operator inside a choice',
      input: { set: { a: 1 }, condition: { b: { $oneOf: [1, [{ $above: 1 }]] } } },
      says: "'$above' stands inside a value",
    },
  ])('name $title', ({ input, says }) => {
    expect(faults(input).map(({ message }) => message)).toEqual([expect.stringContaining(says)]);
  });

  it.each<{ title: string; input: JsonMap; within: readonly string[] }>([
    { title: 'adds', input: { add: { tries: 1 } }, within: ['tries'] },
    {
      title: 'sets what its condition asks for',
      input: { set: { status: 'CLOSED' }, condition: { pieces: 1, status: 'OPEN' } },
      within: ['status'],
    },
    {
      title: 'removes what its condition asks for',
      input: { remove: ['lock'], condition: { lock: 'mine' } },
      within: ['lock'],
    },
    {
      title: 'puts in the id that its condition asks for',
      input: { set: { a: 1 }, condition: { correlationId: { $exists: false } } },
      within: ['correlationId'],
    },
  ])(
    'refuse a retry of a change that $title: the answer of a try that was made may be lost',
    ({ input, within }) => {
      expect(faults(input, { repeats: true })).toEqual([
        expect.objectContaining({ within, hint: 'leave out retry' }),
      ]);
      expect(faults(input)).toEqual([]);
    },
  );

  it('are none of a retry that changes nothing that its condition asks for', () => {
    expect(faults({ set: { a: 1 }, condition: { status: 'OPEN' } }, { repeats: true })).toEqual([]);
  });

  it('are none of a whole change, of ids that are not put in, and of operands that a run fills in', () => {
    const whole = {
      set: { a: 1 },
      add: { b: 2 },
      remove: ['c'],
      condition: { a: { $exists: true }, d: 'x' },
    };
    const filled = { set: { a: 1 }, condition: { b: { $oneOf: '${choices}', $above: '${least}' } } };

    expect([
      ...faults(whole),
      ...faults({ remove: ['canary'] }, { correlate: false }),
      ...faults(filled),
    ]).toEqual([]);
  });
});
