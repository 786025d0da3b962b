import { Composer, type CST, type Document, type ParsedNode, Parser, type YAMLError } from 'yaml';
import { REPLACEMENT } from '../../core/evidence/unread.ts';
import type { Issue, Report, Span } from './diagnostics.ts';
import { tokensWithinLimits } from './limits.ts';
import { slipNear } from './slips.ts';

/** The content of a file's one document; undefined if it cannot be read, which was reported: of errors, the first. */
export function readYaml(report: Report): ParsedNode | undefined {
  const { text } = report.file;
  const mangled = text.search(UNREADABLE);
  if (mangled >= 0) {
    report.error({ start: mangled, end: mangled + 1 }, encodingFault(text));
    return undefined;
  }
  if (/\r(?!\n)/.test(text) && !text.includes('\n')) {
    const message = 'the lines end in CR alone, as on old Macs, so the file is one line';
    report.error({ start: 0, end: 1 }, { rule: 'encoding', message, hint: 'save the file with LF or CRLF' });
    return undefined;
  }
  const tokens = tokensWithinLimits(report);
  if (tokens === undefined) return undefined;
  const [document, second] = parsed(tokens, report) ?? [];
  if (document === undefined) return undefined;
  const [error] = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (error !== undefined) {
    const { at, ...fault } = yamlFault(error, text);
    report.error(at, fault);
    return undefined;
  }
  if (second !== undefined) {
    const message = 'YAML: a second document begins here';
    const [start, end] = second.range;
    report.error(
      { start, end },
      {
        rule: 'yaml',
        message,
        hint: 'one file holds one canary: remove the ---, or move what follows into a file of its own',
      },
    );
    return undefined;
  }
  if (document.contents === null) {
    report.error(
      { start: 0, end: 1 },
      { rule: 'empty', message: 'the file is empty', hint: 'begin with canary: a-name' },
    );
    return undefined;
  }
  return document.contents;
}

/** The rest of bytes that are not UTF-8; NUL is half of a character of UTF-16. */
const UNREADABLE = new RegExp(`[${REPLACEMENT}\\0]`);

function encodingFault(text: string): Issue {
  const isWide = text.includes('\0');
  return {
    rule: 'encoding',
    message: isWide
      ? 'the file is in UTF-16, and not in UTF-8'
      : 'the bytes here are not UTF-8, but perhaps Latin-1',
    hint: 'save the file in UTF-8',
  };
}

function parsed(tokens: readonly string[], report: Report): readonly Document.Parsed[] | undefined {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
  });
  try {
    return [...composer.compose(nodesOf(tokens), true, report.file.text.length)];
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    report.error(
      { start: 0, end: 1 },
      { rule: 'depth', message: 'the file is nested too deeply to be read', hint: 'flatten it' },
    );
    return undefined;
  }
}

function nodesOf(tokens: readonly string[]): readonly CST.Token[] {
  const parser = new Parser();
  const nodes: CST.Token[] = [];
  for (const token of tokens) for (const node of parser.next(token)) nodes.push(node);
  return [...nodes, ...parser.end()];
}

/** The fault that an error of the parser shows, at its place. */
function yamlFault({ code, message, pos }: YAMLError, text: string): Issue & { readonly at: Span } {
  const slip = code === 'TAB_AS_INDENT' ? undefined : slipNear(text, pos[0], { message });
  if (slip !== undefined) return { rule: 'yaml', ...slip };
  const at = { start: pos[0], end: pos[1] };
  return {
    rule: 'yaml',
    at,
    message: `YAML: ${message.split('\n', 1)[0]}`,
    hint: HINTS[code] ?? 'fix the YAML here',
  };
}

const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'indent it like its neighbours',
  BLOCK_AS_IMPLICIT_KEY: 'a colon followed by a space begins a value: quote the text, or break the line',
  MISSING_CHAR: 'close the quote or bracket',
  TAG_RESOLVE_FAILED: 'remove the tag; the value itself shows its type',
  UNRESOLVED_ALIAS: 'aliases are not used here; write the value again, or use vars',
};
