import { CanaryError, ObserverError } from '../core/base/errors.ts';
import { isJsonList, type JsonMap } from '../core/base/json.ts';
import { mapWithConcurrency } from '../core/base/with-concurrency.ts';
import type { ExternalName, References } from '../core/expression/reference.ts';
import { fillSettled, keyOf } from '../core/expression/resolve-references.ts';
import { isTemplate } from '../core/expression/template.ts';
import type { Channel } from '../core/model/channel.ts';
import type { Environment, Project, TapDefinition } from '../core/model/project.ts';
import { fillTaps } from '../core/taps/tap-addresses.ts';
import { KINDS } from '../registry.ts';
import { type ConcernedFinding, type Finding, fine } from './question/finding.ts';
import type { Subject } from './question/question.ts';

/** Values from outside, as far as they could be read, and a finding for each. */
export interface ReferenceReport {
  readonly values: ReadonlyMap<string, string>;
  /** By reference key. */
  readonly findings: ReadonlyMap<string, Finding>;
}

const AT_A_TIME = 8;

/** Reads every reference once. A finding never holds the value. */
export async function readOutside(
  names: readonly ExternalName[],
  references: References,
): Promise<ReferenceReport> {
  const distinct = [...new Map(names.map((name) => [keyOf(name), name])).values()];
  const values = new Map<string, string>();
  const findings = new Map<string, Finding>();
  await mapWithConcurrency(AT_A_TIME, distinct, async (name) => {
    const key = keyOf(name);
    try {
      values.set(key, (await references.read(name)).value);
      findings.set(key, fine(`\${${key}}`));
    } catch (thrown) {
      findings.set(key, unread(thrown));
    }
  });
  return { values, findings };
}

/** The project's taps with their references filled in; those that cannot be stay as they are written. */
export async function settledTaps(
  project: Project,
  environment: Environment,
  references: References,
): Promise<readonly TapDefinition[]> {
  const settled = project.taps.map(async (tap) =>
    fillTaps({ ...project, taps: [tap] }, environment, references).catch((thrown: unknown) => {
      if (thrown instanceof CanaryError) return [tap]; // the finding of the affected tap reports it
      throw thrown;
    }),
  );
  return (await Promise.all(settled)).flat();
}

/** Findings for the targets of reporters that hold references. Nothing is sent. */
export async function reporterFindings(
  { reporters }: Project,
  environment: Environment,
  references: References,
): Promise<readonly ConcernedFinding[]> {
  const found = reporters.filter(isTemplate).map(async (written): Promise<ConcernedFinding> => {
    const [name = ''] = written.split(':');
    try {
      await fillSettled(written, environment, references);
      return fine(`reporter ${name}`);
    } catch (thrown) {
      const finding = unread(thrown);
      return { ...finding, what: `reporter ${name}: ${finding.what}` };
    }
  });
  return Promise.all(found);
}

/** Channels with an address in AWS, and findings for the others. No notice is sent. */
export async function channelSubjects(
  { channels }: Project,
  environment: Environment,
  references: References,
): Promise<{ readonly subjects: readonly Subject[]; readonly found: readonly ConcernedFinding[] }> {
  const settled = await Promise.all(
    channels.map(async (channel) => ({
      channel,
      address: await addressOf(channel, environment, references),
    })),
  );
  return {
    subjects: settled.flatMap(({ channel, address }) => {
      const reach = KINDS.channels[channel.kind]?.reach;
      if (reach?.by !== 'aws' || typeof address !== 'string') return [];
      return [{ about: reach.resource, name: address, uses: [{ by: `channel ${channel.name}` }] }];
    }),
    found: settled.map(({ channel: { name }, address }) =>
      typeof address === 'string'
        ? fine(`channel ${name}`)
        : { ...address, what: `channel ${name}: ${address.what}` },
    ),
  };
}

async function addressOf(
  { address, options }: Channel,
  environment: Environment,
  references: References,
): Promise<string | Finding> {
  try {
    const filled = await fillSettled([address, options as JsonMap], environment, references);
    return String(isJsonList(filled) ? filled[0] : filled);
  } catch (thrown) {
    return unread(thrown);
  }
}

/** An unreadable value may exist all the same. */
function unread(thrown: unknown): Finding {
  if (!(thrown instanceof CanaryError)) throw thrown;
  const isTransient = thrown instanceof ObserverError && !thrown.permanent;
  return { level: isTransient ? 'unchecked' : 'problem', what: thrown.message };
}
