import { CanaryError } from '../../core/base/errors.ts';
import { faultBlaming } from '../../core/blame/faults.ts';
import { meaningOf } from '../../core/blame/sorts.ts';
import { type NetworkError, networkErrorOf } from '../../core/network/network-errors.ts';

/** The request, and facts about its error. */
export interface RequestFacts {
  readonly url: URL;
  /** True if the network of the runner works: another host answered lately. */
  readonly online: boolean;
  /** The first bytes that the newest connection there brought. */
  readonly beganWith?: Buffer | undefined;
}

/** The fault that an error of a connection is, by the table of blame: of the system, the file, the network or the runner. Others stay as they are. */
export function networkFault(thrown: unknown, asked: RequestFacts): unknown {
  if (thrown instanceof CanaryError) return thrown;
  const own = ownErrorIn(thrown);
  if (own !== undefined) return own;
  const trouble = networkErrorOf(thrown);
  if (trouble === undefined) return thrown;
  const { blame, blameOfUrl = blame, hosted, permanent = false, retryable = false } = meaningOf(trouble.sort);
  const words = hosted === true ? `${asked.url.host} ${wordsOf(trouble, thrown, asked)}` : trouble.words;
  const blamed = trouble.sort === 'route' && !asked.online ? blame : blameOfUrl;
  return faultBlaming(blamed, `${words} (${trouble.code})${offline(trouble, asked)}.`, {
    cause: thrown,
    permanent,
    retryable,
  });
}

function offline({ sort }: NetworkError, { online }: RequestFacts): string {
  if (sort !== 'route' || online) return '';
  return '; no other host has answered within the last minute, so the network of the runner may be at fault';
}

/** A refusal of ours that undici or Node wrapped. */
function ownErrorIn(thrown: unknown): CanaryError | undefined {
  for (let error = thrown; Error.isError(error); error = error.cause) {
    if (error instanceof CanaryError) return error;
  }
  return undefined;
}

/** llhttp's message names the expected input; at the very beginning, the actual bytes are more useful. */
function wordsOf({ sort, words }: NetworkError, thrown: unknown, { beganWith }: RequestFacts): string {
  if (sort !== 'notHttp' || !(thrown instanceof Error)) return words;
  const [, reason = ''] = /\((.+)\)$/.exec(thrown.message) ?? [];
  if (!reason.startsWith('Expected HTTP/')) return reason === '' ? words : `${words}: ${reason}`;
  const came = beganWith === undefined ? '' : firstLine(beganWith);
  return came === '' ? 'answered, but not in HTTP' : `answered, but not in HTTP: ${came}`;
}

const LONGEST_LINE = 80;

/** The first line of the bytes, printable. A word at the cut is left out: it may be part of a secret. */
function firstLine(bytes: Buffer): string {
  if ((bytes[0] === 0x15 || bytes[0] === 0x16) && bytes[1] === 0x03)
    return 'a record of TLS. Write https:// in place of http://';
  const [line = ''] = bytes.toString('latin1').split(/[\r\n]/, 1);
  const text = line.replace(/[^\x20-\x7e]/g, '·').trim();
  const readable = text.replace(/·/g, '').length;
  if (readable < text.length / 2 || text === '') return `${bytes.length} bytes that are no text`;
  if (text.length <= LONGEST_LINE) return `\`${text}\``;
  return `\`${text.slice(0, text.lastIndexOf(' ', LONGEST_LINE) + 1).trim()}…\``;
}
