import { crc32 } from 'node:zlib';
import { isJsonMap, type JsonMap, parseJson } from '../core/base/json.ts';

/** The checksum of a stored text, by which damage is found; 32 bits. */
export function checksumOf(text: string): number {
  return crc32(text);
}

/** The JSON object in a stored text; undefined if the text is damaged. */
export function storedJson(text: unknown, checksum: unknown): JsonMap | undefined {
  if (typeof text !== 'string' || checksumOf(text) !== checksum) return undefined;
  try {
    const value = parseJson(text);
    return isJsonMap(value) ? value : undefined;
  } catch {
    return undefined; // written as no JSON, which only another program does
  }
}

/** A record that is written version by version; undefined if it is damaged, or is not of the version that its row has. */
export function storedVersion(text: unknown, checksum: unknown, version: unknown): JsonMap | undefined {
  const record = storedJson(text, checksum);
  return record?.['version'] === version ? record : undefined;
}
