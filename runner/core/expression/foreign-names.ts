/** Hints for names and sources of other tools inside `${…}`; `{rest}` stands for what follows the first dot, `{last}` for the last part. */
const ROOTS: Readonly<Record<string, string>> = {
  process: 'write ${env:{last}}',
  ENV: 'write ${env:{last}}',
  secrets: 'write ${secret:name}, or ${secret:name#key}',
  secret: 'write ${secret:name}, or ${secret:name#key}',
  ssm: 'write ${ssm:/path}',
  cf: 'write ${cf:stack.Output} or ${cf:stack/LogicalId}',
  vars: 'write ${{rest}}',
  var: 'write ${{rest}}',
  variables: 'write ${{rest}}',
  inputs: 'write ${{rest}}',
  with: 'write ${{rest}}',
  github: 'write ${env:NAME}',
  steps: 'name it in that step, save: { {last}: response.body.{last} }, and write ${{last}}',
  response: 'name it in its step, save: { {last}: {all} }, and write ${{last}}',
  result: 'name it in its step, save: { {last}: response.body.{last} }, and write ${{last}}',
  runId: 'write ${run.id}',
  run_id: 'write ${run.id}',
  traceId: 'write ${run.id}',
  correlationId: 'write ${run.correlationId}',
  environment: 'write ${env.name}',
  region: 'write ${env.region}',
  stage: 'write ${env.name}',
  uuid: 'name it under vars: id: { $uuid: {} }, and write ${id}',
  guid: 'name it under vars: id: { $uuid: {} }, and write ${id}',
  random: 'name it under vars: number: { $int: [1, 1000] }, and write ${number}',
  randomInt: 'name it under vars: number: { $int: [1, 1000] }, and write ${number}',
  date: 'name it under vars: now: { $now: {} }, and write ${now}',
  randomUUID: 'name it under vars: id: { $uuid: {} }, and write ${id}',
  now: 'name it under vars: now: { $now: {} }, and write ${now}',
  timestamp: 'name it under vars: now: { $now: {} }, and write ${now}',
};

/** Sources of other tools, before the colon of `${source:name}`. */
const SOURCES: Readonly<Record<string, string>> = {
  vars: 'write ${{last}}',
  self: 'define it under vars, and write ${{last}}',
  opt: 'write ${env.name} for the environment, or ${env:NAME} for a variable of the machine',
  sls: 'write ${env.name} for the environment',
  param: 'write ${ssm:/path}',
  params: 'write ${ssm:/path}',
  vault: 'write ${secret:name}',
  secretsmanager: 'write ${secret:name}',
  secrets: 'write ${secret:name}',
  file: 'files are not read: write the value under vars',
  s3: 'files are not read: write the value under vars',
  aws: 'write ${env.region} for the region',
  AWS: 'write ${env.region} for the region',
};

/** The remedy for a name of another tool, as its parts: `process`, `env`, `SKU`. */
export function rootHint(parts: readonly string[]): string | undefined {
  const [root = ''] = parts;
  return Object.hasOwn(ROOTS, root) ? filled(ROOTS[root] as string, parts) : undefined;
}

/** The remedy for `${…}` whose inside is no name: the source, or the name that stands in it. */
export function insideHint(inside: string): string | undefined {
  const [, source] = /^\s*\{?\s*(\w+)\s*(?:::?(?!-)|\()/.exec(inside) ?? [];
  const parts = (/[A-Za-z_][\w.]*(?=[^\w.]*$)/.exec(inside)?.[0] ?? '').split('.');
  if (source !== undefined)
    return Object.hasOwn(SOURCES, source) ? filled(SOURCES[source] as string, parts) : rootHint([source]);
  const [name] = /[A-Za-z_][\w.]*/.exec(inside) ?? [];
  if (name === undefined) return undefined;
  return rootHint(name.split('.')) ?? `write \${${name}}: there are no expressions, filters or defaults`;
}

/** The remedy for a placeholder of another tool with that name inside; `known` are the names that have a value. */
export function placeholderHint(name: string, known: Iterable<string>): string {
  const bare = name.replace(/^\$|^\w+\s+(?=\w)/, '');
  const parts = bare.split('.');
  const same = [...known].find((one) => one.toLowerCase() === (parts.at(-1) as string).toLowerCase());
  if (same !== undefined) return `write \${${same}}`;
  const hint = rootHint(parts) ?? (parts[0] === 'env' ? rootHint(['process', ...parts]) : undefined);
  if (hint !== undefined) return hint;
  if (/^[A-Z][A-Z\d_]*$/.test(bare)) return `write \${env:${bare}}, or \${name} of a var`;
  return /^[A-Za-z_][\w.]*$/.test(bare) ? `write \${${bare}}` : 'write ${name}';
}

function filled(hint: string, parts: readonly string[]): string {
  const values: Readonly<Record<string, string>> = {
    all: parts.join('.'),
    rest: parts.slice(1).join('.') || 'name',
    last: parts.at(-1) as string,
  };
  return hint.replace(/\{(all|rest|last)\}/g, (_, word: string) => values[word] as string);
}
