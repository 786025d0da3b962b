import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fleet } from '../../engine/fleet-context.ts';
import type { BuiltStack } from '../build/build-stack.ts';
import { logicalNameOf } from '../functions.ts';
import type { Section, Value } from '../intrinsics.ts';
import { type Applied, type Applying, applyStack } from './apply-stack.ts';
import type { ArtifactStore } from './artifact-bucket.ts';
import type { ParameterValue } from './stack-api.ts';
import { refusalOf } from './stack-owner.ts';

export interface Deployment {
  readonly stack: string;
  readonly built: BuiltStack;
  readonly parameters: readonly ParameterValue[];
  readonly bucket: string;
  readonly store: ArtifactStore;
  /** The URL of an object of the bucket, as CloudFormation reads it. */
  urlOf(key: string): string;
}

/** A stack name of letters, digits and hyphens: of a project and its environment. */
export function stackNameOf({ project, environment }: Pick<Fleet, 'project' | 'environment'>): string {
  return `coalmine-${project.name}-${environment.name}`.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 128);
}

/** The state beyond a deployment: a table, and the queues and the topic that others may know. */
export const KEPT = ['StateTable', 'RunQueue', 'RunDlq', 'TickDlq', 'TapDlq', 'AlertTopic'] as const;

/** Uploads the archives and the template of a built stack, and applies the template. */
export async function deployStack(
  { stack, built, parameters, bucket, store, urlOf }: Deployment,
  applying: Applying,
): Promise<Applied> {
  for (const { archive } of built.functions)
    await store.put(keyOf(archive), readFileSync(join(built.folder, archive)));
  const body = JSON.stringify(withCode(built, bucket));
  const key = keyOf(`template-${createHash('sha256').update(body).digest('hex').slice(0, 16)}.json`);
  await store.put(key, Buffer.from(body));
  return applyStack(
    {
      stack,
      template: { url: urlOf(key) },
      parameters,
      kept: KEPT,
      refusal: (deployed) => refusalOf(stack, built.fleet, deployed),
    },
    applying,
  );
}

function keyOf(name: string): string {
  return `coalmine/${name.replace(/^functions\//, '')}`;
}

/** The template, with the code of its functions in the bucket. */
function withCode({ stack, functions }: BuiltStack, bucket: string): Section {
  const resources = stack['Resources'] as Readonly<Record<string, Section>>;
  const changed = functions.map(({ name, archive }) => {
    const logicalName = `${logicalNameOf(name)}Function`;
    const resource = resources[logicalName] as Section;
    const CodeUri: Value = { Bucket: bucket, Key: keyOf(archive) };
    return [
      logicalName,
      { ...resource, Properties: { ...(resource['Properties'] as Section), CodeUri } },
    ] as const;
  });
  return { ...stack, Resources: { ...resources, ...Object.fromEntries(changed) } };
}
