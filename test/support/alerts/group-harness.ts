import type { AlertEventInput } from '../../../runner/core/alert/alert-event.ts';
import type { CanaryState } from '../../../runner/core/alert/alert-state.ts';
import { groupBatch } from '../../../runner/core/alert/grouping/group-notice.ts';
import { type GroupPlan, planGroups } from '../../../runner/core/alert/grouping/plan-groups.ts';
import { applyEvents, newCanaryState } from '../../../runner/core/alert/outbox/apply-events.ts';
import type { DeliveryBatch } from '../../../runner/core/alert/outbox/batch-notices.ts';
import {
  delivered,
  followedBy,
  LEASE_MS,
  leaseDue,
  leaseInGroup,
  refused,
} from '../../../runner/core/alert/outbox/delivery.ts';
import { type Routes, routesOf } from '../../../runner/core/alert/outbox/outbox.ts';
import { omitUndefined } from '../../../runner/core/base/omit-undefined.ts';
import type { AlertPolicy } from '../../../runner/core/model/canary.ts';
import type { CanaryFacts, Notice, RunDigest } from '../../../runner/core/notice/notice.ts';
import { ABOUT, digestFor, policyOf, START_MS } from './alerts.ts';
import { triedOf } from './outbox-harness.ts';

/** A message, and the receiver that accepted it. */
export interface SentMessage {
  readonly channel: string;
  readonly atMs: number;
  readonly notice: Notice;
}

interface Answer {
  readonly permanent: boolean;
}

/** Canaries that share channels, and a runner that ticks. Each run is an outcome: one failure opens, one pass closes. */
export class GroupHarness {
  readonly states = new Map<string, CanaryState>();
  readonly policies = new Map<string, Partial<AlertPolicy>>();
  /** Messages since the last look at `words`. */
  readonly sent: SentMessage[] = [];
  readonly all: SentMessage[] = [];
  runbook: string | undefined;
  nowMs = START_MS;
  channels: Routes['channels'] = [{ name: 'chat' }, { name: 'pager' }];
  shared: ReadonlySet<string> = new Set(['chat', 'pager']);
  /** The answer of a channel to a message; undefined if it accepts it. */
  answer: (channel: string, notice: Notice) => Answer | undefined = () => undefined;
  #slots = 0;

  /** A run that fails at a place; an error, if that is its verdict. */
  fail(name: string, hop = 'table orders', more: Partial<RunDigest> = {}): this {
    const at = { file: `${name}.canary.yaml`, line: 3, column: 3 };
    const step = { name: 'step', kind: 'item', hop, at, failed: [], quotes: [] };
    return this.#run(name, { verdict: 'failed', step, ...more });
  }

  pass(name: string): this {
    return this.#run(name, { verdict: 'passed' });
  }

  act(name: string, event: AlertEventInput): this {
    const state = this.stateOf(name);
    const policy = this.#policyOf(name);
    const timed = { ...event, nowMs: this.nowMs, inMaintenance: false } as const;
    const given = { policy, routes: this.routesOf(name), writer: 'w' };
    this.states.set(name, applyEvents(state, [timed], given).state);
    return this;
  }

  later(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** A tick: what goes by itself, then what goes together. */
  tick(): this {
    for (const name of this.states.keys()) this.act(name, { kind: 'tick' }).#sendAlone(name);
    return this.sendGroups();
  }

  /** Sends what goes together. Without `sends`, its process dies before that. */
  sendGroups({ sends = true }: { readonly sends?: boolean } = {}): this {
    for (const plan of this.plans()) {
      const batch = this.lease(plan);
      if (batch !== undefined && sends) this.send(batch);
    }
    return this;
  }

  plans(): readonly GroupPlan[] {
    const states = [...this.states.values()];
    return planGroups({ states, nowMs: this.nowMs, routesOf: (name) => this.routesOf(name) });
  }

  /** The batch of a plan, leased; undefined if there is none any more. */
  lease(plan: GroupPlan): DeliveryBatch | undefined {
    const { follows, key, channel, rows } = plan;
    if (follows !== undefined) {
      const followed = followedBy(this.stateOf(follows), { incident: key, channel, writer: 'w' });
      this.states.set(follows, followed.state);
      if (!followed.isFollowed) return undefined;
    }
    const due = rows.flatMap(({ canary, id }) => {
      const leased = leaseInGroup(this.stateOf(canary), {
        ...this.#leasing(canary),
        id,
        group: key,
        untilMs: this.nowMs + LEASE_MS,
      });
      this.states.set(canary, leased.state);
      return leased.due;
    });
    return due.length === 0 ? undefined : groupBatch(plan, due);
  }

  send({ channel, notice, delivers }: DeliveryBatch): void {
    const answer = this.answer(channel, notice);
    const message = { channel, notice, atMs: this.nowMs };
    if (answer === undefined) for (const log of [this.sent, this.all]) log.push(message);
    for (const due of delivers) {
      const state = this.stateOf(due.canary);
      const given = { nowMs: this.nowMs, writer: 'w', routes: this.routesOf(due.canary) };
      const next =
        answer === undefined
          ? delivered(state, triedOf(due), { ...given, answer: 'ok', address: `address of ${channel}` })
          : refused(state, triedOf(due), { ...given, fraction: 0.5, fault: { message: 'no.', ...answer } })
              .state;
      this.states.set(due.canary, next);
    }
  }

  /** The messages since the last call: `chat opened a, b of a: c`, with the canaries, the key's canary, and the others. */
  get words(): readonly string[] {
    return this.sent.splice(0).map(({ channel, notice: { kind, incident, group, about, closedAtMs } }) => {
      const members = group?.members.map(({ canary }) => canary) ?? [about.canary];
      const isOpen = group?.isOpen ?? closedAtMs === undefined;
      const others = group?.others.map(({ canary }) => canary) ?? [];
      return [
        `${channel} ${kind} ${members.join(', ')}`,
        ...(members.length === 1 && incident.startsWith(`${members[0]}@`)
          ? []
          : [`of ${incident.split('@')[0]}`]),
        ...(others.length === 0 ? [] : [`besides ${others.join(', ')}`]),
        ...(isOpen ? [] : ['over']),
      ].join(' ');
    });
  }

  stateOf(name: string): CanaryState {
    return this.states.get(name) ?? newCanaryState(this.#about(name), 'a');
  }

  routesOf(name: string): Routes {
    const project = {
      operators: [],
      channels: this.channels.map((one) => ({ ...one, kind: 'sns', options: {}, address: '' })),
    };
    return { ...routesOf(this.#policyOf(name), project), shared: this.shared };
  }

  #run(name: string, digest: Partial<RunDigest>): this {
    this.#slots += 1;
    const slotAtMs = START_MS + this.#slots;
    const run = { ...digestFor(slotAtMs, 'passed'), startedAtMs: this.nowMs, ...digest };
    return this.act(name, { kind: 'result', digest: run, about: this.#about(name) });
  }

  #sendAlone(name: string): void {
    const { state, due } = leaseDue(this.stateOf(name), this.#leasing(name));
    this.states.set(name, state);
    for (const one of due) this.send({ channel: one.row.channel, notice: one.row.notice, delivers: [one] });
  }

  #leasing(name: string) {
    return { owner: 'one', nowMs: this.nowMs, routes: this.routesOf(name), writer: 'w' };
  }

  #policyOf(name: string): AlertPolicy {
    const after = { failures: 1, of: 1 };
    return policyOf({ after, to: ['chat'], ...this.policies.get(name) });
  }

  #about(name: string): CanaryFacts {
    const { runbook } = this;
    return { ...ABOUT, canary: name, owner: `owner of ${name}`, ...omitUndefined({ runbook }) };
  }
}
