import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { AwsClients } from './clients.ts';

/** An effect of a watched application of which it is not known if it happened, as `@coalmine/trace` keeps it. */
export interface ParkedClaim {
  readonly key: string;
  /** End of its attempt's lease, in milliseconds since 1970. */
  readonly leaseUntilMs: number;
}

/** Parked, or held by an attempt that is over: no later attempt came that could have parked it. */
const IS_OPEN = '#state = :parked OR (#state = :claimed AND leaseUntilMs < :now)';
const NAMES = { '#state': 'state' };

function openAt(nowMs: number) {
  return { ':parked': { S: 'parked' }, ':claimed': { S: 'claimed' }, ':now': { N: String(nowMs) } };
}

/** Claims that are decided are kept for as long as those of the application. */
const KEEP_SECONDS = 30 * 24 * 3600;

/** Reads all parked claims, the oldest first. Claims are parked seldom and not indexed by state: this reads the whole table. */
export async function parkedClaims(
  { clientOf }: AwsClients,
  table: string,
  nowMs: number,
): Promise<readonly ParkedClaim[]> {
  const { DynamoDBClient, paginateScan } = await import('@aws-sdk/client-dynamodb');
  const pages = paginateScan(
    { client: clientOf(DynamoDBClient, 'observe') },
    {
      TableName: table,
      FilterExpression: IS_OPEN,
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: openAt(nowMs),
    },
  );
  const claims: ParkedClaim[] = [];
  for await (const { Items = [] } of pages) claims.push(...Items.map(claimOf));
  return claims.toSorted((one, other) => one.leaseUntilMs - other.leaseUntilMs);
}

/**
 * Notes that the effect of a parked claim happened, or releases the claim, so that the next delivery tries it again. False if it is not
 * parked.
 */
export async function decideParked(
  { clientOf }: AwsClients,
  {
    table,
    key,
    happened,
    nowMs,
  }: { readonly table: string; readonly key: string; readonly happened: boolean; readonly nowMs: number },
): Promise<boolean> {
  const { DeleteItemCommand, DynamoDBClient, UpdateItemCommand } = await import('@aws-sdk/client-dynamodb');
  const client = clientOf(DynamoDBClient, 'observe');
  const claim = {
    TableName: table,
    Key: { id: { S: key } },
    ConditionExpression: IS_OPEN,
    ExpressionAttributeNames: NAMES,
  };
  const done = {
    UpdateExpression: 'SET #state = :done, expiresAt = :end',
    ExpressionAttributeValues: {
      ...openAt(nowMs),
      ':done': { S: 'done' },
      ':end': { N: String(Math.ceil(nowMs / 1_000) + KEEP_SECONDS) },
    },
  };
  try {
    if (happened) await client.send(new UpdateItemCommand({ ...claim, ...done }));
    else await client.send(new DeleteItemCommand({ ...claim, ExpressionAttributeValues: openAt(nowMs) }));
    return true;
  } catch (thrown) {
    if ((thrown as Error).name !== 'ConditionalCheckFailedException') throw thrown;
    return false;
  }
}

function claimOf({ id, leaseUntilMs }: Readonly<Record<string, AttributeValue>>): ParkedClaim {
  return { key: id?.S ?? '', leaseUntilMs: Number(leaseUntilMs?.N ?? 0) };
}
