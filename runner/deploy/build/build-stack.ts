import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stackOf, templateText } from '../../../infra/stack/index.ts';
import type { Fleet } from '../../engine/fleet-context.ts';
import { FUNCTIONS, type FunctionName } from '../functions.ts';
import type { Section } from '../intrinsics.ts';
import { type BundledFunction, bundleFunction } from './bundle-function.ts';
import { type FleetRequest, findFleet } from './find-fleet.ts';

export interface StackRequest extends FleetRequest {
  /** Folder of the output, relative to `root`. Files of an earlier build in it are replaced, others stay. */
  readonly out: string;
}

/** A stack, ready for CloudFormation once its functions are uploaded. */
export interface BuiltStack {
  readonly fleet: Fleet;
  /** The folder of the output, absolute. */
  readonly folder: string;
  /** The template as data. `CodeUri` of a function is the path of its folder, relative to the template. */
  readonly stack: Section;
  /** The same as YAML: the text of `template.yaml`. */
  readonly template: string;
  readonly functions: readonly BundledFunction[];
}

const HEADER =
  '# Made by Coalmine from the canaries of a project. Not to be edited by hand: build it again.\n';

/**
 * Builds the stack of a project's canaries: `template.yaml`, and below `functions` a folder for each function.
 * @returns with `faults` if the canaries cannot be deployed: every fault, each as a text with place, reason and remedy.
 */
export async function buildStack(
  request: StackRequest,
): Promise<BuiltStack | { readonly faults: readonly string[] }> {
  const found = findFleet(request);
  if ('faults' in found) return found;
  const { fleet } = found;
  const folder = resolve(request.root, request.out);
  const functions: BundledFunction[] = [];
  for (const name of FUNCTIONS) functions.push(await bundleFunction(name, fleet, join(folder, codeOf(name))));
  const stack = stackOf(fleet, codeOf);
  const template = templateText(stack, HEADER);
  writeFileSync(join(folder, 'template.yaml'), template);
  return { fleet, folder, stack, template, functions };
}

/** The folder of a function, relative to the template. */
function codeOf(name: FunctionName): string {
  return `./functions/${name}`;
}
