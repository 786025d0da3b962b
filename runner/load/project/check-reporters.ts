import { didYouMean } from '../../core/base/did-you-mean.ts';
import { isTemplate } from '../../core/expression/template.ts';
import type { Kinds } from '../../kinds/kind.ts';
import type { Report } from '../yaml/diagnostics.ts';
import { entryOf, scalarOf } from '../yaml/reader.ts';
import type { Tree } from '../yaml/tree.ts';

/** The form of a reporter in a project file: `name`, or `name:target`. */
export const WRITTEN_REPORTER = /^[a-z]+(:.+)?$/;

/** Reports a reporter of the project file that does not exist, or that works neither in `watch` nor in the functions of a stack. */
export function checkReporters(root: Tree, reporters: Kinds['reporters'], report: Report): void {
  const list = entryOf(root, 'reporters')?.value;
  for (const { at, written } of list?.sort === 'list' ? list.elements.map(asWritten) : []) {
    if (typeof written !== 'string' || !WRITTEN_REPORTER.test(written)) continue; // reported where it is read
    const [name = ''] = written.split(':');
    const fault = faultOf(name, reporters) ?? templateFault(written, reporters[name]);
    if (fault !== undefined) report.error(at, { rule: 'reporter', ...fault });
  }
}

function asWritten(element: Tree) {
  return { at: element.at, written: scalarOf(element) };
}

function faultOf(name: string, reporters: Kinds['reporters']) {
  const names = Object.keys(reporters).filter((one) => isScheduled(reporters[one]));
  const found = Object.hasOwn(reporters, name) ? reporters[name] : undefined;
  if (found === undefined) {
    const meant = didYouMean(name, names);
    const hint = meant === undefined ? `there are ${names.join(', ')}` : `did you mean '${meant}'?`;
    return { message: `there is no reporter '${name}'`, hint };
  }
  if (isScheduled(found)) return undefined;
  const message = `the reporter '${name}' works in 'coalmine run' only, and a project file names those of 'watch' and of the stack`;
  return { message, hint: `write coalmine run --reporter ${name}:FILE` };
}

function templateFault(written: string, reporter: Kinds['reporters'][string] | undefined) {
  if (reporter?.fills === true || !isTemplate(written)) return undefined;
  return {
    message: `'${written}' has a \${…}, and its target is settled before any run`,
    hint: 'write the value itself',
  };
}

/** True if it works in `watch` or in the functions of a stack, which the project file is for. */
function isScheduled(reporter: Kinds['reporters'][string] | undefined): boolean {
  return reporter?.only?.some((place) => place !== 'run') !== false;
}
