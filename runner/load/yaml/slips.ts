import { MACROS } from '../../core/schedule/cron.ts';
import type { Issue, Span } from './diagnostics.ts';
import { indentSlip } from './indent-slips.ts';
import { OUTPUT_HINT } from './type-faults.ts';

/** A slip of the hand, at its place: the parser often stumbles lines later. */
export interface Slip extends Pick<Issue, 'message' | 'hint'> {
  readonly at: Span;
}

/** A slip that shows in one line: `$1` and so on stand for the groups of its pattern. */
interface LineSlip {
  readonly find: RegExp;
  readonly message: string;
  readonly hint: string;
}

const KEY = String.raw`^\s*(?:- +)*`;

/** Slips in a line that YAML does not take, the likelier first. */
const SLIPS: readonly LineSlip[] = [
  { find: /^\s*(\/\/)(.*)$/, message: "a comment begins with '#', and not with '$1'", hint: 'write #$2' },
  {
    find: /^\s*(-)((?!-)[A-Za-z]\w*:.*)$/,
    message: "no space stands behind the dash of '$1$2'",
    hint: 'write - $2',
  },
  {
    find: new RegExp(String.raw`${KEY}(([A-Za-z]\w*):((?!\/\/)[^\s:].*))$`),
    message: "no space stands behind the colon of '$1'",
    hint: 'write $2: $3',
  },
  {
    find: new RegExp(String.raw`${KEY}(([A-Za-z]\w*) *= *(\S.*))$`),
    message: "'$1' is not a key and a value",
    hint: 'write $2: $3',
  },
  {
    find: new RegExp(String.raw`${KEY}[\w$.-]+: +(!(?:Ref|Sub|GetAtt|ImportValue)\b)`),
    message: "the tag '$1' is of CloudFormation",
    hint: OUTPUT_HINT,
  },
  {
    find: new RegExp(String.raw`${KEY}([\w.-]+): +(- .+)$`),
    message: "a list cannot begin on the line of its key '$1'",
    hint: 'put $2 on a line of its own',
  },
  {
    find: new RegExp(String.raw`${KEY}([\w.-]+): +((\$\w+): +([^\s].*))$`),
    message: "the operator '$3' stands on the line of its key",
    hint: 'put $2 on a line of its own below $1:, or write $1: { $2 }',
  },
  {
    find: new RegExp(String.raw`${KEY}[\w$.-]+: +(!(\w\S*))$`),
    message: "'$1' is a tag of YAML, and no comparison",
    hint: 'write { $not: $2 } for anything else than it, or in quotes: "$1"',
  },
  {
    find: new RegExp(String.raw`${KEY}(?:[\w$.-]+: +|)((\*[^\s'"]*)(?: .*)?)$`),
    message: "a text that begins with * is an alias: '$1'",
    hint: 'write it in quotes: "$1"',
  },
  {
    find: new RegExp(String.raw`${KEY}[\w$.-]+: +(([@%\x60])(.*?)\2?)$`),
    message: "a text cannot begin with $2: '$1'",
    hint: 'write it in quotes: "$1"',
  },
  {
    find: /[{[][^"']*?[:,[{]\s*((\$\{[^}]*\})[^"'}\]]*)[}\]]/,
    message: "'$2' ends at its own brace inside { } or [ ]",
    hint: 'write it in quotes: "$2", or put it on a line of its own',
  },
  {
    find: new RegExp(String.raw`${KEY}([\w$.-]+): +(([^\s'"{[|>&*!#][^#]*?: )[^#]*?)\s*$`),
    message: "a colon and a space within a text begin a value: '$3'",
    hint: 'write it in quotes: $1: "$2"; or put it on a line of its own',
  },
  {
    find: new RegExp(String.raw`${KEY}(([a-z]\w*) ([^\s:#][^:#]*))$`, 'i'),
    message: "no colon stands in '$1'",
    hint: 'write $2: $3',
  },
];

/** The slip that explains an error of the parser, at its place; undefined if none is known. */
export function slipNear(
  text: string,
  offset: number,
  { message }: { readonly message: string },
): Slip | undefined {
  const lines = linesOf(text);
  const index = lines.findLastIndex(({ start }) => start <= offset);
  const indented = INDENTATION.test(message) ? indentSlip(lines, index) : undefined;
  return unclosed(text, lines, { index, message }) ?? nearLine(lines, index) ?? indented;
}

/** Errors of the parser that a wrong indentation causes. */
const INDENTATION = /same column|Nested mappings|indent|implicit (map )?key/i;

/** A line of a text and its offset. */
export interface Line {
  readonly start: number;
  readonly text: string;
}

function linesOf(text: string): readonly Line[] {
  let start = 0;
  return text.split('\n').map((line) => {
    const own = { start, text: line.replace(/\r$/, '') };
    start += line.length + 1;
    return own;
  });
}

function nearLine(lines: readonly Line[], index: number): Slip | undefined {
  for (const line of [lines[index], lines[index - 1], lines[index + 1]]) {
    const found = line === undefined ? undefined : (blankSlip(line) ?? lineSlip(line));
    if (found !== undefined) return found;
  }
  return undefined;
}

function lineSlip(line: Line): Slip | undefined {
  for (const { find, message, hint } of SLIPS) {
    const groups = find.exec(line.text);
    if (groups === null) continue;
    const filled = (words: string): string =>
      words.replace(/\$(\d)/g, (_, group: string) => groups[Number(group)] ?? '');
    const [, written = ''] = groups;
    const start = line.start + Math.max(0, line.text.indexOf(written));
    const macro = MACROS.get(written);
    return {
      at: { start, end: start + written.length },
      message: filled(message),
      hint: macro === undefined ? filled(hint) : `write "${macro}"`,
    };
  }
  return undefined;
}

/** Blanks of other kinds, of which YAML takes none for indentation. */
const OTHER_BLANK = /^( *)([\u00a0\u2000-\u200b\u202f\u3000\ufeff])/;

function blankSlip({ start, text }: Line): Slip | undefined {
  const [, before = '', blank] = OTHER_BLANK.exec(text) ?? [];
  if (blank === undefined) return undefined;
  const code = `U+${(blank.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`;
  const at = { start: start + before.length, end: start + before.length + 1 };
  return {
    at,
    message: `the character ${code} looks like a blank, and is none`,
    hint: 'write a blank in its place',
  };
}

/** A quote or bracket that is never closed: the parser notices it at the end of the file, or at the next key. */
function unclosed(
  text: string,
  lines: readonly Line[],
  { index, message }: { readonly index: number; readonly message: string },
): Slip | undefined {
  if (/Missing closing/.test(message)) {
    const found = lines.find((line) => OPEN_QUOTE.test(line.text));
    const [, before = '', quote = ''] = OPEN_QUOTE.exec(found?.text ?? '') ?? [];
    const start = (found?.start ?? 0) + before.length;
    return {
      at: { start, end: start + 1 },
      message: `the quote ${quote} is never closed`,
      hint: `close it with ${quote}`,
    };
  }
  const [, bracket] = /end with a ([\]}])/.exec(message) ?? [];
  if (bracket === undefined) return undefined;
  const opening = bracket === ']' ? '[' : '{';
  const end = lines[index]?.start ?? text.length;
  const start = lastOpen(text.slice(0, end), opening, bracket);
  return start < 0
    ? undefined
    : {
        at: { start, end: start + 1 },
        message: `'${opening}' is never closed`,
        hint: `close it with ${bracket}`,
      };
}

const OPEN_QUOTE = /^(.*?(?:[:,[{-] +|[[{]))(["'])(?:(?!\2).|\2\2)*$/;

/** The last bracket before the end that nothing closes, or -1. */
function lastOpen(text: string, opening: string, closing: string): number {
  let closed = 0;
  for (let index = text.length - 1; index >= 0; index -= 1) {
    if (text[index] === closing) closed += 1;
    if (text[index] !== opening) continue;
    if (closed === 0) return index;
    closed -= 1;
  }
  return -1;
}
