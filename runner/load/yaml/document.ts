import { Composer, type CST, type Document, type ParsedNode, Parser, type YAMLError } from 'yaml';
import { REPLACEMENT } from '../../core/evidence/unread.ts';
import type { Issue, Report } from './diagnostics.ts';
import { tokensWithinLimits } from './limits.ts';

/** The content of a file's one document; undefined if it cannot be read, which was reported: of errors, the first. */
export function readYaml(report: Report): ParsedNode | undefined {
  const { text } = report.file;
  const mangled = text.indexOf(REPLACEMENT);
  if (mangled >= 0) {
    report.error(
      { start: mangled, end: mangled + 1 },
      { rule: 'encoding', message: 'the bytes here are not UTF-8', hint: 'save the file in UTF-8' },
    );
    return undefined;
  }
  const tokens = tokensWithinLimits(report);
  if (tokens === undefined) return undefined;
  const [document, second] = parsed(tokens, report) ?? [];
  if (document === undefined) return undefined;
  const [error] = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (error !== undefined) {
    report.error({ start: error.pos[0], end: error.pos[1] }, yamlFault(error, text));
    return undefined;
  }
  if (second !== undefined) {
    const message = 'YAML: a second document begins here';
    const [start, end] = second.range;
    report.error(
      { start, end },
      { rule: 'yaml', message, hint: 'one file holds one canary: remove the ---' },
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

function* nodesOf(tokens: readonly string[]): Generator<CST.Token> {
  const parser = new Parser();
  for (const token of tokens) yield* parser.next(token);
  yield* parser.end();
}

function yamlFault(error: YAMLError, text: string): Issue {
  const line = text.slice(text.lastIndexOf('\n', error.pos[0] - 1) + 1).split('\n', 1)[0] as string;
  const message = `YAML: ${error.message.split('\n', 1)[0]}`;
  const inFlow = /[{[].*\$\{/.test(line);
  const hint = inFlow
    ? 'inside { } a ${…} value must be quoted; or put it on its own line'
    : (HINTS[error.code] ?? 'fix the YAML here');
  return { rule: 'yaml', message, hint };
}

const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'indent it like its neighbours',
  BLOCK_AS_IMPLICIT_KEY: 'a colon followed by a space begins a value: quote the text, or break the line',
  MISSING_CHAR: 'close the quote or bracket',
  TAG_RESOLVE_FAILED: 'remove the tag; the value itself shows its type',
  UNRESOLVED_ALIAS: 'aliases are not used here; write the value again, or use vars',
};
