import type { Carried } from '../ids/context.ts';
import { read } from './read.ts';
import { payloadOf } from './records.ts';

/** A client that reads an object's metadata: `new S3({})` of `@aws-sdk/client-s3`. */
export interface ObjectReader {
  headObject(input: { Bucket: string; Key: string; VersionId?: string }): Promise<{
    readonly Metadata?: Readonly<Record<string, string>> | undefined;
  }>;
}

interface Place {
  readonly name?: string;
  readonly key?: string;
  readonly versionId?: string;
  readonly 'version-id'?: string;
}

interface ObjectEvent {
  readonly s3?: ObjectEvent;
  readonly bucket?: Place;
  readonly object?: Place;
  readonly Records?: readonly ObjectEvent[];
}

/**
 * Ids out of the metadata of the object that an event is about, in any envelope; those that the event carried itself come first. An object that
 * is gone or that may not be read gives none.
 */
export async function readObject(event: unknown, carried: Carried, s3?: ObjectReader): Promise<Carried> {
  if (s3 === undefined || carried.id !== undefined) return carried;
  try {
    const object = objectOf(event);
    if (object === undefined) return carried;
    const { Metadata } = await s3.headObject(object);
    return { ...read({ Metadata }), ...carried };
  } catch {
    return carried;
  }
}

function objectOf(event: unknown) {
  const payload = payloadOf(event) as ObjectEvent | undefined;
  const [record = payload] = payload?.Records ?? [];
  const { bucket, object } = record?.s3 ?? record ?? {};
  if (bucket?.name === undefined || object?.key === undefined) return undefined;
  // A notification writes a key as a form does; EventBridge as it is.
  const Key = record?.s3 === undefined ? object.key : decodeURIComponent(object.key.replaceAll('+', ' '));
  const VersionId = object.versionId ?? object['version-id'];
  return { Bucket: bucket.name, Key, ...(VersionId === undefined ? {} : { VersionId }) };
}
