import { createHash, type Hash } from 'node:crypto';

/** One attribute of a message, as SQS takes and gives it. */
export interface SignedAttribute {
  readonly DataType?: string | undefined;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: Uint8Array | undefined;
}

type Attributes = Readonly<Record<string, SignedAttribute>>;

/** The type bytes of text and of binary. */
const TEXT = 1;
const BYTES = 2;

/**
 * The MD5 of a message's attributes, in hex, as SQS computes it. They are in the order of their names, each with its name, type
 * and value behind their lengths. Source: Amazon SQS developer guide, "Calculating the MD5 message digest for message
 * attributes".
 */
export function attributesMd5(attributes: Attributes): string {
  const hash = createHash('md5');
  for (const [name, { DataType = '', StringValue, BinaryValue }] of Object.entries(attributes).toSorted(
    byName,
  )) {
    addPart(hash, name);
    addPart(hash, DataType);
    hash.update(Uint8Array.of(BinaryValue === undefined ? TEXT : BYTES));
    addPart(hash, BinaryValue ?? StringValue ?? '');
  }
  return hash.digest('hex');
}

/** True if the attributes match SQS's digest, or there is none, as from some emulators. */
export function areIntact(attributes: Attributes, md5: string | undefined): boolean {
  return md5 === undefined || md5 === attributesMd5(attributes);
}

function addPart(hash: Hash, part: string | Uint8Array): void {
  const bytes = Buffer.from(part as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  hash.update(length).update(bytes);
}

/** Names are ASCII (Amazon SQS API, MessageAttributeValue). */
function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
