import { suggestion } from '../../runner/core/base/did-you-mean.ts';
import { DefinitionError } from '../../runner/core/base/errors.ts';
import { omitUndefined } from '../../runner/core/base/omit-undefined.ts';
import { isTemplate } from '../../runner/core/expression/template.ts';
import type { Reporter } from '../../runner/core/report/reporter.ts';
import type { Place, ReporterContext, ReporterKind } from '../contract.ts';

/** Rows of the table, by name. */
export type ReporterTable = Readonly<Record<string, ReporterKind>>;

/** A reporter as it is written: `name`, or `name:target`. */
export interface ReporterSpec {
  readonly kind: ReporterKind;
  readonly target?: string;
}

/**
 * Reads reporters as they are written.
 * @throws DefinitionError for an unknown name, and for a reporter that does not work at the place.
 */
export function reporterSpecs(
  written: readonly string[],
  table: ReporterTable,
  place: Place,
): readonly ReporterSpec[] {
  return written.map((text) => {
    const spec = specIn(text, table);
    if (spec === undefined) throw new DefinitionError(unknownName(text, namesAt(table, place)));
    const { name, only } = spec.kind;
    if (only?.includes(place) === false)
      throw new DefinitionError(
        `The reporter '${name}' does not work in ${PLACES[place]}. Use one of ${namesAt(table, place).join(', ')}.`,
      );
    return spec;
  });
}

/** One reporter as it is written; undefined for an unknown name. */
export function specIn(text: string, table: ReporterTable): ReporterSpec | undefined {
  const [name = '', ...rest] = text.split(':');
  const kind = table[name];
  if (kind === undefined) return undefined;
  return { kind, ...(rest.length === 0 ? {} : { target: rest.join(':') }) };
}

/**
 * Opens a reporter with what it may use.
 * @throws DefinitionError for references in a target that nothing would fill in, and the errors of the reporter.
 */
export async function openReporter(
  { kind, target }: ReporterSpec,
  context: Omit<ReporterContext, 'target'>,
): Promise<Reporter> {
  if (kind.fills === true && context.fill === undefined && target !== undefined && isTemplate(target))
    throw new DefinitionError(
      `The target of the reporter '${kind.name}' holds a \${…}, and 'coalmine run' has no project file that fills it in. Write the value itself, as a variable of the shell: --reporter "${kind.name}:$TARGET".`,
    );
  return kind.open({ ...context, ...omitUndefined({ target }) });
}

/** The names of the reporters that work at a place. */
export function namesAt(table: ReporterTable, place: Place): readonly string[] {
  return Object.values(table).flatMap(({ name, only }) => (only?.includes(place) === false ? [] : name));
}

const PLACES: Readonly<Record<Place, string>> = {
  run: "'coalmine run'",
  watch: "'coalmine watch'",
  functions: 'the functions of the stack',
};

function unknownName(text: string, names: readonly string[]): string {
  const [name = ''] = text.split(':');
  return `There is no reporter '${name}'. ${suggestion(name, names, 'reporters')}`;
}
