import { Lexer } from 'yaml';
import type { Report } from './diagnostics.ts';

/** Limits on a file, so that none can stall the loader (reliability figures, Y2). They are checked before it is parsed. */
export const MOST_BYTES = 65_536;
export const MOST_TOKENS = 20_000;
export const MOST_DEPTH = 32;
export const LONGEST_SCALAR = 16_384; // bytes
export const MOST_STEPS = 200;
/** The longest chain of names that refer to one another. */
export const LONGEST_CHAIN = 32;
/** Limit of characters of a var, or of a step, with its names filled in; AWS carries no more. */
export const MOST_FILLED = 1_048_576;
/** The longest run that a file may ask for, in milliseconds: a function of the stack ends after 15 minutes, cleanup included. */
export const LONGEST_RUN_MS = 14 * 60_000;
/** Undefined names in a file for which the nearest one is searched. */
export const MOST_SUGGESTIONS = 50;

/** The tokens of a file that is small and flat enough to be parsed; otherwise the limit it breaks was reported. */
export function tokensWithinLimits(report: Report): readonly string[] | undefined {
  const { text } = report.file;
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_BYTES) {
    const message = `the file has ${bytes} bytes, more than ${MOST_BYTES}`;
    report.error(
      { start: 0, end: 1 },
      { rule: 'size', message, hint: 'split it, or move what repeats into a part' },
    );
    return undefined;
  }
  return fewTokens(text, report);
}

function fewTokens(text: string, report: Report): readonly string[] | undefined {
  const tokens: string[] = [];
  let offset = 0;
  let flow = 0;
  let inline = 0;
  for (const token of new Lexer().lex(text)) {
    tokens.push(token);
    flow += openings(token);
    inline = token.startsWith('\n') || token.startsWith('\r') ? 0 : inline + indicators(token);
    if (tokens.length > MOST_TOKENS || flow > MOST_DEPTH || inline > MOST_DEPTH) {
      const many = tokens.length > MOST_TOKENS;
      const message = many ? `more than ${MOST_TOKENS} tokens` : `nested more than ${MOST_DEPTH} levels deep`;
      report.error(
        { start: offset, end: offset + 1 },
        { rule: many ? 'size' : 'depth', message, hint: 'flatten or split it' },
      );
      return undefined;
    }
    offset += isMark(token) ? 0 : token.length;
  }
  return tokens;
}

function openings(token: string): number {
  if (token === '[' || token === '{') return 1;
  return token === ']' || token === '}' ? -1 : 0;
}

/** `- - - x` nests three deep within one line. */
function indicators(token: string): number {
  return token === '-' || token === '?' ? 1 : 0;
}

/** The lexer's own control codes, which stand for nothing in the text. */
function isMark(token: string): boolean {
  return token === '\u0002' || token === '\u0018' || token === '\u001f';
}
