import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { AwsClients } from './clients.ts';

/** An effect of a watched application of which it is not known if it happened, as `@coalmine/trace` keeps it. */
export interface ParkedClaim {
  readonly key: string;
  /** End of its attempt's lease, in milliseconds since 1970. */
  readonly leaseUntilMs: number;
}

const CONDITION = { '#state': 'state' };
const PARKED = { ':parked': { S: 'parked' } };

/** Reads all parked claims, the oldest first. Claims are parked seldom and not indexed by state: this reads the whole table. */
export async function parkedClaims({ clientOf }: AwsClients, table: string): Promise<readonly ParkedClaim[]> {
  const { DynamoDBClient, paginateScan } = await import('@aws-sdk/client-dynamodb');
  const pages = paginateScan(
    { client: clientOf(DynamoDBClient, 'observe') },
    {
      TableName: table,
      FilterExpression: '#state = :parked',
      ExpressionAttributeNames: CONDITION,
      ExpressionAttributeValues: PARKED,
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
  { table, key, happened }: { readonly table: string; readonly key: string; readonly happened: boolean },
): Promise<boolean> {
  const { DeleteItemCommand, DynamoDBClient, UpdateItemCommand } = await import('@aws-sdk/client-dynamodb');
  const client = clientOf(DynamoDBClient, 'observe');
  const claim = {
    TableName: table,
    Key: { id: { S: key } },
    ConditionExpression: '#state = :parked',
    ExpressionAttributeNames: CONDITION,
  };
  const done = {
    UpdateExpression: 'SET #state = :done',
    ExpressionAttributeValues: { ...PARKED, ':done': { S: 'done' } },
  };
  try {
    if (happened) await client.send(new UpdateItemCommand({ ...claim, ...done }));
    else await client.send(new DeleteItemCommand({ ...claim, ExpressionAttributeValues: PARKED }));
    return true;
  } catch (thrown) {
    if ((thrown as Error).name !== 'ConditionalCheckFailedException') throw thrown;
    return false;
  }
}

function claimOf({ id, leaseUntilMs }: Readonly<Record<string, AttributeValue>>): ParkedClaim {
  return { key: id?.S ?? '', leaseUntilMs: Number(leaseUntilMs?.N ?? 0) };
}
