import { posix } from 'node:path';
import { didYouMean } from '../../core/base/did-you-mean.ts';
import { Report, type SourceFile } from '../yaml/diagnostics.ts';
import { readTree } from '../yaml/read-tree.ts';
import { refuse } from '../yaml/reader.ts';
import type { Tree } from '../yaml/tree.ts';

/** The reason why a part cannot be used, as a sentence about it continues. */
export interface RefusedPart {
  readonly refused: string;
  /** The remedy. @default a part with nearly that name */
  readonly hint?: string;
}

export interface PartSource {
  /** The part at a path, as the canary at another may read it. */
  read(path: string, canary: string): SourceFile | RefusedPart;
  /** The paths of all parts of the project, and of files that look like parts. */
  partsNear?(): readonly string[];
}

/** The file that uses parts, and its access to them. */
export interface PartsOf {
  readonly report: Report;
  readonly parts: PartSource;
  /** The parts that were read, each once, by path. */
  readonly openParts: Map<string, OpenPart>;
  /** The enclosing files, outermost first. */
  readonly within: readonly string[];
}

/** A part that can be used. */
export interface ReadPart {
  readonly root: Tree;
  readonly report: Report;
}

/** A part as far as it could be read. */
export interface OpenPart {
  readonly root: Tree | undefined;
  readonly report: Report;
}

/** Levels of parts that use parts. */
export const DEEPEST_PART = 2;

/** The part at a path, read once for a canary; undefined if it is unusable, which was reported. */
export function openPart(path: string, at: Tree, of: PartsOf): ReadPart | undefined {
  const { report, parts, openParts, within } = of;
  const fault = (message: string, hint: string): undefined =>
    refuse(at, report, { rule: 'part', message, hint });
  if (path.includes('\\'))
    return fault(`'${path}' has a backslash`, `separate folders by '/', on Windows too`);
  if (!path.endsWith('.part.yaml'))
    return fault(`'${path}' is not a part`, meantPart(path, of) ?? 'name a file that ends in .part.yaml');
  const full = posix.join(posix.dirname(report.file.path), path);
  if (within.includes(full)) return fault(`'${path}' uses itself`, 'a part cannot be its own part');
  if (within.length > DEEPEST_PART)
    return fault('parts may stand two levels deep', 'use the inner part directly');
  const opened = openParts.get(full) ?? opening(parts.read(full, within[0] ?? full));
  if ('refused' in opened)
    return fault(
      `the part '${path}' ${opened.refused}`,
      opened.hint ?? meantPart(path, of) ?? 'the path is relative to this file',
    );
  openParts.set(full, opened);
  return opened.root === undefined ? undefined : { root: opened.root, report: opened.report };
}

/** The remedy for a path that leads to no part: the path from here of a part with nearly that name. */
function meantPart(path: string, { report, parts }: PartsOf): string | undefined {
  const stem = (one: string): string => posix.basename(one).replace(/(\.part)?\.(ya?ml|json)$/i, '');
  const known = parts.partsNear?.() ?? [];
  const name = didYouMean(stem(path), known.map(stem));
  const found = known.find((one) => stem(one) === name);
  if (found === undefined) return undefined;
  if (!found.endsWith('.part.yaml')) return `rename ${found} to ${stem(found)}.part.yaml`;
  const from = posix.relative(posix.dirname(report.file.path), found);
  return `did you mean '${from.startsWith('.') ? from : `./${from}`}'?`;
}

function opening(file: ReturnType<PartSource['read']>): OpenPart | RefusedPart {
  if ('refused' in file) return file;
  const report = new Report(file);
  return { root: readTree(report), report };
}
