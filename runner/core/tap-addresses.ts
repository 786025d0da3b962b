import type { JsonMap } from './json.ts';
import type { References } from './ports.ts';
import type { Environment, Project, TapDefinition } from './project.ts';
import { fill, type Mention, mentionsIn } from './template.ts';

/**
 * The taps of a project with their references filled in: what stands in a tap is known before any run.
 * @throws what the references throw, for a value that is missing or cannot be read.
 */
export async function fillTaps(
  { taps }: Project,
  { vars }: Environment,
  references: References,
): Promise<readonly TapDefinition[]> {
  return Promise.all(
    taps.map(async (tap) => {
      const [[key, address]] = Object.entries(tap.on) as [[string, string]];
      const filled = await filledWith(address, vars, references);
      return {
        ...tap,
        on: (key === 'bus' ? { bus: filled } : { topic: filled }) satisfies TapDefinition['on'],
      };
    }),
  );
}

/** A text with its references and the names of the environment put in; a name that nobody defines stays as it stands. */
export async function filledWith(text: string, vars: JsonMap, references: References): Promise<string> {
  const values = new Map<string, string>();
  for (const mention of mentionsIn(text)) values.set(mention.text, await valueOf(mention, vars, references));
  return String(fill(text, (mention) => values.get(mention.text) as string));
}

async function valueOf(
  { external, name, text }: Mention,
  vars: JsonMap,
  references: References,
): Promise<string> {
  if (external !== undefined) return (await references.read(external)).value;
  const template = vars[name];
  return typeof template === 'string' ? filledWith(template, vars, references) : text;
}
