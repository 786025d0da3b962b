import { isSameJson, type JsonMap } from '../../core/base/json.ts';
import { templatesOf, transitiveReferencesOf } from '../../core/expression/values.ts';
import { inboxMentionIn } from '../../core/inbox/mentions-inbox.ts';
import type { ActStep, Canary, Step } from '../../core/model/canary.ts';
import type { Environment } from '../../core/model/project.ts';
import type { Kinds } from '../../kinds/kind.ts';
import { asWritten, headSpan, locate, type Place } from '../yaml/locations.ts';
import { entryOf } from '../yaml/reader.ts';

/** The facts by which the inbox of a canary is checked. */
export interface InboxOf {
  readonly canary: Canary;
  /** The environments that it may run in, with the vars of the canary. */
  readonly environments: readonly Environment[];
  readonly kinds: Kinds;
  place(step: Step): Place;
}

/** Reports an inbox that no step gives to the system, or that outlives its run. Reports answers that are known too late, or that differ. */
export function checkInbox(of: InboxOf): void {
  const { canary, environments, kinds } = of;
  const vars = Object.assign({}, ...environments.map((one) => one.vars), canary.vars) as JsonMap;
  const watching = canary.steps.filter(
    (step): step is Exclude<Step, ActStep> => step.mode !== 'act' && kinds.nouns[step.kind]?.inbox === true,
  );
  const acts = canary.steps.filter(({ mode }) => mode === 'act');
  if (inboxMentionIn(acts.map(templatesOf), vars) === undefined)
    for (const step of watching) warnOfNoMention(step, of);
  for (const step of watching) refuseLateAnswer(step, vars, of);
  refuseTwoAnswers(watching, of);
  for (const step of canary.cleanup) {
    const mention = inboxMentionIn(templatesOf(step), vars);
    if (mention === undefined) continue;
    const place = of.place(step);
    place.report.error(locate(place, asWritten(mention.text)), {
      rule: 'inbox',
      message: `${asWritten(mention.text)} stands in cleanup, and a sweep after a killed run has no inbox`,
      hint: 'save the id under which the system keeps the URL, and clean up by that',
    });
  }
}

function warnOfNoMention(step: Exclude<Step, ActStep>, { place }: InboxOf): void {
  const { tree, report } = place(step);
  report.warning(entryOf(tree, step.mode)?.keyAt ?? headSpan(tree), {
    rule: 'inbox',
    message: 'no step mentions ${run.inbox}, so the system knows no URL to send a request to',
    hint: 'give it to the system in an act, such as body: { callbackUrl: "${run.inbox}" }',
  });
}

/** A request may come at once, and is answered when it comes. */
function refuseLateAnswer(step: Step, vars: JsonMap, { canary, place }: InboxOf): void {
  const { answer } = step.input;
  if (answer === undefined) return;
  const saved = new Set(canary.steps.flatMap(({ save }) => Object.keys(save)));
  const late = transitiveReferencesOf(step.input, vars).find(({ name }) => saved.has(name));
  if (late === undefined) return;
  const at = place(step);
  at.report.error(locate(at, asWritten(late.text)), {
    rule: 'inbox',
    message: `${asWritten(late.text)} is saved by a step, and an answer must be known before the first act`,
    hint: 'use vars, or leave answer out of this check',
  });
}

/** A request gets one answer: that of the check which says most about it. */
function refuseTwoAnswers(watching: readonly Step[], { place }: InboxOf): void {
  const answering = watching.filter(({ input }) => input['answer'] !== undefined);
  for (const [index, step] of answering.entries()) {
    const { method, path, answer } = step.input;
    const former = answering
      .slice(0, index)
      .find(({ input }) => input['method'] === method && input['path'] === path);
    if (former === undefined || isSameJson(former.input['answer'], answer)) continue;
    const { tree, report } = place(step);
    const requests = [method ?? 'any method', path ?? 'at any path'].map(String).join(' ');
    report.error(entryOf(tree, 'answer')?.keyAt ?? headSpan(tree), {
      rule: 'inbox',
      message: `requests of ${requests} have another answer in the step '${former.name}', and each request gets one`,
      hint: 'give both the same answer, or leave it out of one',
    });
  }
}
