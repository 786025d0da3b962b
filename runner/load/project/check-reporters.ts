import { didYouMean } from '../../core/base/did-you-mean.ts';
import { signsIn } from '../../core/expression/credentials.ts';
import { isTemplate } from '../../core/expression/template.ts';
import { secretsInUrl } from '../../core/expression/written-secrets.ts';
import type { Project } from '../../core/model/project.ts';
import type { Kinds } from '../../kinds/kind.ts';
import { isWritten, writtenSecret } from '../values/written-secret.ts';
import type { Report } from '../yaml/diagnostics.ts';
import { entryOf, scalarOf } from '../yaml/reader.ts';
import type { Tree } from '../yaml/tree.ts';

/** The form of a reporter in a project file: `name`, or `name:target`. */
export const WRITTEN_REPORTER = /^[a-z]+(:.+)?$/;

/** Reports headers and parts of an address in the target of a reporter that are secrets and are written out, there or in a var. */
export function checkReporterSecrets(
  root: Tree,
  environments: Project['environments'],
  reporters: Kinds['reporters'],
  report: Report,
): void {
  const isOut = (text: string): boolean => environments.some((environment) => isWritten(text, environment));
  for (const { at, written } of elementsOf(root)) {
    const [, name = '', target = ''] = /^([a-z]+):(.+)/.exec(String(written)) ?? [];
    const headers = Object.hasOwn(reporters, name) ? (reporters[name]?.headersIn?.(target) ?? {}) : {};
    const [address = ''] = target.split(/\s/);
    const places = [
      ...Object.entries(headers).filter(([header]) => signsIn(header)),
      ...secretsInUrl(address).map((text) => ['the URL', text] as const),
    ];
    for (const [place] of places.filter(([, text]) => isOut(text))) report.error(at, writtenSecret(place));
  }
}

/** Reports a reporter of the project file that does not exist, or that works neither in `watch` nor in the functions of a stack. */
export function checkReporters(root: Tree, reporters: Kinds['reporters'], report: Report): void {
  for (const { at, written } of elementsOf(root)) {
    if (typeof written !== 'string' || !WRITTEN_REPORTER.test(written)) continue; // reported where it is read
    const [name = ''] = written.split(':');
    const fault = faultOf(name, reporters) ?? templateFault(written, reporters[name]);
    if (fault !== undefined) report.error(at, { rule: 'reporter', ...fault });
  }
}

function elementsOf(root: Tree) {
  const list = entryOf(root, 'reporters')?.value;
  const elements = list?.sort === 'list' ? list.elements : [];
  return elements.map((element) => ({ at: element.at, written: scalarOf(element) }));
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
