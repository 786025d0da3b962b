import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stackOf, templateText } from '../../../infra/stack/index.ts';
import { shownPath } from '../../adapters/references/shown-path.ts';
import type { Fleet } from '../../engine/fleet-context.ts';
import { type FunctionName, functionsOf } from '../functions.ts';
import type { Section, Value } from '../intrinsics.ts';
import { archiveOf } from './archive.ts';
import { type BundledFunction, bundleFunction } from './bundle-function.ts';
import { type FleetRequest, findFleet } from './find-fleet.ts';
import type { FunctionCode } from './function-modules.ts';

export interface StackRequest extends FleetRequest {
  /**
   * Folder of the output, relative to `root`. Its `functions` and `template.yaml` are replaced if an earlier build made them. Other files
   * stay.
   */
  readonly out: string;
  /** Bucket in which the functions will lie, each under the name of its archive. @default the folders of the output */
  readonly bucket?: string | undefined;
  /** The code of the functions. @default the code that this command belongs to */
  readonly code?: FunctionCode;
}

/** A stack, ready for CloudFormation once its functions are uploaded. */
export interface BuiltStack {
  readonly fleet: Fleet;
  /** Remarks on the files, each as a text with its place. */
  readonly warnings: readonly string[];
  /** The folder of the output, absolute. */
  readonly folder: string;
  /** The template as data. `CodeUri` of a function is the path of its folder, relative to the template, or its place in the bucket. */
  readonly stack: Section;
  /** The same as YAML: the text of `template.yaml`. */
  readonly template: string;
  readonly functions: readonly BuiltFunction[];
}

export interface BuiltFunction extends BundledFunction {
  /** The folder of its files, absolute. */
  readonly folder: string;
  /** Path of its archive, relative to the output, and its key in the bucket. The name changes with the content. */
  readonly archive: string;
}

const HEADER =
  '# Made by Coalmine from the canaries of a project. Not to be edited by hand: build it again.\n';

/**
 * Builds the stack of a project's canaries: `template.yaml`, and below `functions` a folder and an archive for each function.
 * @returns with `faults` if the canaries cannot be deployed, or if the output would replace files of others. Each is a text with place,
 * reason and remedy.
 */
export async function buildStack({
  out,
  bucket,
  code,
  ...request
}: StackRequest): Promise<BuiltStack | { readonly faults: readonly string[] }> {
  const found = findFleet(request);
  if ('faults' in found) return found;
  const { fleet } = found;
  const folder = resolve(request.root, out);
  const foreign = ['functions', 'template.yaml'].find((name) => existsSync(join(folder, name)));
  if (foreign !== undefined && !isOfBuild(folder))
    return {
      faults: [
        `${shownPath(request.root, join(folder, foreign))} is there already, and is not of an earlier build. A build replaces it. Name an empty folder, such as --out stack.`,
      ],
    };
  rmSync(join(folder, 'functions'), { recursive: true, force: true });
  mkdirSync(join(folder, 'functions'), { recursive: true });
  writeFileSync(join(folder, 'template.yaml'), HEADER); // marks the folder: a build that is ended here can be repeated
  const functions: BuiltFunction[] = [];
  for (const name of functionsOf(fleet)) functions.push(await buildFunction(name, fleet, folder, code));
  const stack = stackOf(fleet, codeIn(functions, bucket));
  const template = templateText(stack, HEADER);
  writeFileSync(join(folder, 'template.yaml'), template);
  return { ...found, folder, stack, template, functions };
}

/** True if the template of a folder is one of an earlier build. */
function isOfBuild(folder: string): boolean {
  const file = join(folder, 'template.yaml');
  return existsSync(file) && readFileSync(file, 'utf8').startsWith(HEADER.trimEnd());
}

async function buildFunction(
  name: FunctionName,
  fleet: Fleet,
  out: string,
  code: FunctionCode | undefined,
): Promise<BuiltFunction> {
  const folder = join(out, folderOf(name));
  const bundled = await bundleFunction(name, fleet, folder, code);
  const { bytes, digest } = archiveOf(folder);
  const archive = `${folderOf(name)}-${digest.slice(0, 16)}.zip`;
  writeFileSync(join(out, archive), bytes);
  return { ...bundled, folder, archive };
}

function folderOf(name: FunctionName): string {
  return `functions/${name}`;
}

/** The code of each function in the template. */
function codeIn(
  functions: readonly BuiltFunction[],
  bucket: string | undefined,
): (name: FunctionName) => Value {
  const archives = new Map(functions.map(({ name, archive }) => [name, archive]));
  return (name) =>
    bucket === undefined ? `./${folderOf(name)}` : { Bucket: bucket, Key: archives.get(name) ?? '' };
}
