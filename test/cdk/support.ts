import { join } from 'node:path';
import { App, type AppProps, Stack, type StackProps } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { CoalmineRunner, type CoalmineRunnerProps } from '../../runner/cdk/index.ts';
import type { Section } from '../../runner/deploy/intrinsics.ts';
import { emptyFolder, folderWith } from '../support/command.ts';

/** A project that reads a variable, a parameter and a secret, and waits for events. */
export const FILES = {
  'coalmine.config.yaml': `project: shop
environments: { prod: {} }
taps:
  - bus: orders
  - topic: \${env:SHIPS_TOPIC}
    probe: true
channels:
  page: { pagerduty: "\${secret:shop/pagerduty#key}" }
`,
  'one.canary.yaml': `canary: one
owner: team
schedule: { every: 5m }
alert: { to: [page] }
steps:
  - publish: \${env:SHIPS_TOPIC}
    body: x
  - putEvent: \${ssm:/shop/bus}
    source: a
    detailType: B
`,
};

/** One folder, so that it is built once. */
export const CANARIES: string = folderWith(FILES);
export const TOPIC_ARN = 'arn:aws:sns:eu-west-1:111122223333:ships';
export const GIVEN = { canaries: CANARIES, variables: { SHIPS_TOPIC: TOPIC_ARN } };

export interface Deployed {
  readonly app: App;
  readonly stack: Stack;
  readonly runner: CoalmineRunner;
}

/** An app of one stack with one runner. */
export function deployed(
  props: CoalmineRunnerProps | ((stack: Stack) => CoalmineRunnerProps) = {},
  stackProps?: StackProps,
  appProps?: AppProps,
): Deployed {
  const app = newApp(appProps);
  const stack = new Stack(app, 'Shop', stackProps);
  const more = typeof props === 'function' ? props(stack) : props;
  return { app, stack, runner: new CoalmineRunner(stack, 'Canaries', { ...GIVEN, ...more }) };
}

/** An app in which CDK neither records the place of each construct nor checks the templates. */
export function newApp(props?: AppProps): App {
  return new App({
    outdir: join(emptyFolder(), 'cdk.out'),
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    stackTraces: false,
    treeMetadata: false,
    ...props,
  });
}

export interface SynthesisedTemplate {
  readonly Parameters: Readonly<Record<string, Section>>;
  readonly Conditions?: Readonly<Record<string, Section>>;
  readonly Rules?: Readonly<Record<string, Section>>;
  readonly Resources: Readonly<Record<string, Section>>;
}

/** The template of a stack. Names in the runner are those of the template, without what CDK adds. */
export function synthesised({ app, stack }: Pick<Deployed, 'app' | 'stack'>): SynthesisedTemplate {
  const { template } = app.synth().getStackArtifact(stack.artifactId) as { readonly template: object };
  const text = JSON.stringify(template).replace(/Canaries(?:Conditions)?(\w+?)[0-9A-F]{8}(?=\W)/g, '$1');
  return JSON.parse(text) as SynthesisedTemplate;
}

/** The properties of one resource. */
export function propertiesOf(shown: Deployed, name: string): Section {
  return synthesised(shown).Resources[name]?.['Properties'] as Section;
}

/** Warnings and errors of the constructs in a stack. */
export function messagesOf(stack: Stack): readonly string[] {
  const found = Annotations.fromStack(stack);
  return [...found.findError('*', Match.anyValue()), ...found.findWarning('*', Match.anyValue())].map(
    ({ entry }) => String(entry.data),
  );
}
