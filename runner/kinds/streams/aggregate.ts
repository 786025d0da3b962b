/** A record that the Kinesis Producer Library put together with others. */
export interface Member {
  readonly partitionKey: string;
  readonly bytes: Uint8Array;
}

/** Its members; or the reason why they cannot be read. */
export type Aggregate = { readonly members: readonly Member[] } | { readonly damage: string };

/** The bytes at the beginning and the length of the MD5 digest at the end (amazon-kinesis-producer, aggregation-format.md). */
const MAGIC = Buffer.from('f3899ac2', 'hex');
const DIGEST_BYTES = 16;

const DAMAGED: Aggregate = {
  damage: 'it begins as several records that the Kinesis Producer Library put into one, and is damaged',
};

/** Takes an aggregated record apart; undefined for any other. */
export async function aggregateIn(bytes: Buffer): Promise<Aggregate | undefined> {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const { createHash } = await import('node:crypto');
  const message = bytes.subarray(MAGIC.length, -DIGEST_BYTES);
  const digest = createHash('md5').update(message).digest();
  if (!digest.equals(bytes.subarray(-DIGEST_BYTES))) return DAMAGED;
  try {
    return { members: membersOf(message) };
  } catch {
    return DAMAGED;
  }
}

/** Numbers of the fields of `AggregatedRecord` and `Record` in that format. */
const PARTITION_KEYS = 1;
const RECORDS = 3;
const KEY_INDEX = 1;
const DATA = 3;

/** @throws RangeError for anything but that format */
function membersOf(message: Buffer): readonly Member[] {
  const fields = [...fieldsIn(message)];
  const keys = fields.flatMap(({ number, value }) => (number === PARTITION_KEYS ? [String(value)] : []));
  return fields
    .filter(({ number }) => number === RECORDS)
    .map(({ value }) => {
      const record = new Map([...fieldsIn(value as Buffer)].map((field) => [field.number, field.value]));
      const partitionKey = keys[record.get(KEY_INDEX) as number];
      const bytes = record.get(DATA);
      if (partitionKey === undefined || !Buffer.isBuffer(bytes)) throw new RangeError('no record');
      return { partitionKey, bytes };
    });
}

interface Field {
  readonly number: number;
  readonly value: number | Buffer;
}

const VARINT = 0;
const BYTES = 2;

/** The fields of a message of Protocol Buffers, of the two wire types that the format uses. */
function* fieldsIn(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message.readUInt8(at);
      at += 1;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const [number, type] = [Math.floor(tag / 8), tag % 8];
    const value = varint();
    if (type === VARINT) yield { number, value };
    else if (type === BYTES && at + value <= message.length) {
      yield { number, value: message.subarray(at, at + value) };
      at += value;
    } else throw new RangeError('another format');
  }
}
