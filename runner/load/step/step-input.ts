import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { didYouMean } from '../../core/base/did-you-mean.ts';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../../core/base/json.ts';
import { withoutReferences } from '../../core/base/reference-syntax.ts';
import { foreignTemplates } from '../../core/expression/foreign-templates.ts';
import { isTemplate, valueAt } from '../../core/expression/template.ts';
import type { InputFault, Noun, StepInput, Verb } from '../../kinds/kind.ts';
import { checkSpelling } from '../values/spelling.ts';
import { toAdd } from '../words/examples.ts';
import type { Issue, Report, Span } from '../yaml/diagnostics.ts';
import { inputProblemBy, pathOf, TYPE_WORDS, withDoubles } from '../yaml/input-problem.ts';
import { entryOf, headOf } from '../yaml/reader.ts';
import { type MapTree, placeOf, type Tree } from '../yaml/tree.ts';
import { insteadOf, typeFault } from '../yaml/type-faults.ts';

/** A step's own keys, as they stand in the file. */
export interface InputOf {
  readonly step: MapTree;
  readonly kind: Verb | Noun;
  /** The input by the names of the kind's schema. */
  readonly input: JsonMap;
  /** The key under which the file writes an input property: the verb itself for its head. */
  keyOf(property: string): string;
  readonly correlate: boolean | string;
  /** True if the step says `retry`. @default false */
  readonly repeats?: boolean;
  /** Keys that are misspelt in the file: not to be reported as missing too. */
  readonly known: ReadonlySet<string>;
}

// Our own schemas are not validated again: that would take 5 ms at every start.
const ajv = new Ajv({ allErrors: true, verbose: true, strict: false, validateSchema: false, meta: false });
const validators = new WeakMap<object, ValidateFunction>();

/** Reports the faults of a step's own keys, by the kind's schema, then by its check. False if the shape is wrong. */
export function checkInput(of: InputOf, report: Report): boolean {
  const { kind, input } = of;
  const validate = validatorOf(kind);
  validate(withSamples(withDoubles(input)));
  const errors = (validate.errors ?? []).filter((error) => !isForTheRun(error, of));
  const known = errors.every(({ keyword }) => keyword === 'pattern') ? ownFaults(of) : [];
  const isForeign = (property: unknown): boolean =>
    typeof input[String(property)] === 'string' &&
    foreignTemplates(String(input[String(property)])).length > 0;
  for (const error of errors.filter((one) => isNew(one, of, errors))) {
    const [property] = pathOf(error.instancePath);
    if (error.keyword === 'pattern' && isForeign(property)) continue; // reported at its place
    const own = known.find(({ key }) => key === property);
    const fault =
      own === undefined ? faultOf(error, of) : { rule: 'input', message: own.message, hint: own.hint };
    report.error(spanOf(error, of), fault);
  }
  const misspelt = [...of.known].some((key) => entryOf(of.step, key) === undefined);
  checkSpelling(of.step, kind, (property) => of.keyOf(property), report);
  if (errors.length > 0 || misspelt) return false; // a value of the wrong shape is not checked further
  for (const { key, within = [], message, hint, severity } of ownFaults(of)) {
    const { keyAt, value } = placeOf(of.step, [of.keyOf(key), ...within]);
    const place = keyAt ?? (value === of.step ? headOf(of.step) : value.at);
    const fault = { rule: 'input', message, hint };
    if (severity === 'warning') report.warning(place, fault);
    else report.error(place, fault);
  }
  return true;
}

/** The faults that the kind itself finds: they say more of a text than its pattern. */
function ownFaults({ kind, input, correlate, repeats = false }: InputOf): readonly InputFault[] {
  return kind.faults?.(input as StepInput, { correlate, filled: false, repeats }) ?? [];
}

/** Values that only a run can know are checked by the run. */
function isForTheRun({ instancePath }: ErrorObject, { input }: InputOf): boolean {
  const value = valueAt(input, pathOf(instancePath));
  return typeof value === 'string' && value !== '' && withoutReferences(value, '') === '';
}

/** Text with a sample in place of each `${…}`, so that the text around it is checked too. */
function withSamples(value: Json): Json {
  if (typeof value === 'string') return isTemplate(value) ? withoutReferences(value, 'x') : value;
  if (isJsonList(value)) return value.map(withSamples);
  if (!isJsonMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withSamples(member)]));
}

/** Unknown keys of the step itself were reported already, and so was a missing one whose misspelling was seen. */
function isNew(
  { keyword, instancePath, params }: ErrorObject,
  { known, keyOf }: InputOf,
  errors: readonly ErrorObject[],
): boolean {
  if (keyword === 'additionalProperties') return instancePath !== '';
  if (keyword !== 'required') return true;
  const { missingProperty: missing } = params as { missingProperty: string };
  if (instancePath === '') return !known.has(keyOf(missing));
  const siblings = errors.filter((other) => other.instancePath === instancePath);
  return !siblings.some((other) => didYouMean(unknownIn(other) ?? '', [missing]) !== undefined);
}

function faultOf(
  { keyword, instancePath, params, parentSchema }: ErrorObject,
  { step, kind, keyOf }: InputOf,
): Issue {
  const path = pathOf(instancePath);
  const key = [keyOf(String(path[0] ?? '')), ...path.slice(1)].join('.');
  const { value } = placeOf(step, [keyOf(String(path[0] ?? '')), ...path.slice(1)]);
  const described = (parentSchema as { readonly description?: string } | undefined)?.description ?? '';
  if (keyword === 'additionalProperties') return unknownKey(key, params, parentSchema);
  if (keyword === 'required' && path.length > 0) {
    const { missingProperty: missing } = params as { missingProperty: string };
    const hint = described === '' ? toAdd(missing) : hintOf(described);
    return { rule: 'missing', message: `'${key}' needs '${missing}'`, hint };
  }
  if (keyword === 'required') {
    const missing = keyOf((params as { missingProperty: string }).missingProperty);
    return { rule: 'missing', message: `'${kind.name}' needs '${missing}'`, hint: toAdd(missing) };
  }
  if (keyword === 'minItems' || keyword === 'maxItems') {
    const { length } = value.sort === 'list' ? value.elements : [];
    const message = `'${key}' has ${length === 0 ? 'no' : length} entries`;
    return { rule: 'input', message, hint: hintOf(described) };
  }
  if (keyword === 'type') return typeFaultOf(key, value, params, parentSchema);
  return {
    rule: 'input',
    message: `'${key}' is not as '${kind.name}' needs it${insteadOf(value)}`,
    hint: hintOf(described),
  };
}

/** The fault of a value of the wrong type; in quotes it may still not be what is needed. */
function typeFaultOf(
  key: string,
  value: Tree,
  params: ErrorObject['params'],
  parentSchema: ErrorObject['parentSchema'],
): Issue {
  const { description = '', pattern } = (parentSchema ?? {}) as {
    readonly description?: string;
    readonly pattern?: string;
  };
  const wanted = [(params as { type: string | string[] }).type]
    .flat()
    .map((type) => TYPE_WORDS[type] ?? type);
  const otherwise = description === '' ? undefined : hintOf(description);
  const fault = typeFault(key, wanted.join(' or '), value, otherwise);
  const quoted = value.sort === 'scalar' ? (value.written ?? '') : '';
  const fits = pattern === undefined || otherwise === undefined || new RegExp(pattern).test(quoted);
  return fits || value.sort !== 'scalar' ? fault : { ...fault, hint: otherwise };
}

/** The surplus key, if that is the fault. */
function unknownIn({ params }: Pick<ErrorObject, 'params'>): string | undefined {
  return (params as { readonly additionalProperty?: string }).additionalProperty;
}

/** A key inside a step's own map, if the map is closed. */
function unknownKey(
  key: string,
  params: ErrorObject['params'],
  parentSchema: ErrorObject['parentSchema'],
): Issue {
  const unknown = unknownIn({ params }) ?? '';
  const legal = Object.keys((parentSchema as { readonly properties: object }).properties);
  const meant = didYouMean(unknown, legal);
  const hint = meant === undefined ? `it takes ${legal.join(', ')}` : `did you mean '${meant}'?`;
  return { rule: 'key', message: `'${unknown}' is not a key of '${key}'`, hint };
}

function hintOf(description: string): string {
  return `it is: ${description}`;
}

function spanOf({ instancePath, keyword, params }: ErrorObject, { step, keyOf }: InputOf): Span {
  const [property, ...rest] = pathOf(instancePath);
  if (property === undefined) return headOf(step);
  if (keyword === 'additionalProperties') {
    const unknown = unknownIn({ params }) ?? '';
    const place = placeOf(step, [keyOf(String(property)), ...rest, unknown]);
    return place.keyAt ?? place.value.at;
  }
  return placeOf(step, [keyOf(String(property)), ...rest]).value.at;
}

/** The fault of an input whose values are all there, in one sentence; undefined if it is valid. */
export function inputProblem(kind: Verb | Noun, input: JsonMap): string | undefined {
  return inputProblemBy(validatorOf(kind), kind, input);
}

function validatorOf(kind: Verb | Noun): ValidateFunction {
  const validate = validators.get(kind.input) ?? ajv.compile(kind.input);
  validators.set(kind.input, validate);
  return validate;
}
