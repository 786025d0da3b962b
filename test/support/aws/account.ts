import type { Json } from '../../../runner/core/base/json.ts';
import type { Engine } from '../../../runner/engine/engine.ts';
import type { ActContext, Verb } from '../../../runner/kinds/kind.ts';
import { RunHarness } from '../run/run-harness.ts';

/** Wraps a call: `apply` makes it. */
export type Around = (apply: () => Promise<unknown>) => Promise<unknown>;

/** Things in a simulated account, and verbs that make and remove them. */
export class Account {
  readonly things = new Set<string>();
  /** Removed things, in order. */
  readonly taken: string[] = [];
  readonly #verb: Verb = new RunHarness().engine.verbs['send'] as Verb;
  #orders = 0;

  /**
   * `make` and `remove` a thing of a given name. `order` makes a thing that gets its name here, and a receipt of it later;
   * `cancel` answers 404 for a missing thing.
   */
  verbs(around: Around): Engine['verbs'] {
    const verb = (
      name: string,
      act: (key: string, context: ActContext) => Json,
      more: Partial<Verb> = {},
    ) => ({
      ...this.#verb,
      ...more,
      name,
      act: async (input: { readonly key?: string }, context: ActContext) => {
        const data = (await around(async () => act(String(input.key), context))) as Json;
        return { kind: name, id: name, takenAtMs: context.clock.nowMs(), data };
      },
    });
    return {
      make: verb('make', (key) => {
        this.things.add(key);
        return {};
      }),
      order: verb('order', (_, { runId }) => {
        this.#orders += 1;
        const id = `ord_${this.#orders}`;
        this.things.add(id).add(`receipt_${this.#orders}`);
        return { id, for: runId };
      }),
      remove: verb('remove', (key) => {
        this.#take(key);
        return {};
      }),
      cancel: verb('cancel', (key) => ({ status: this.#take(key) ? 204 : 404 }), {
        defaultResponse: { status: 204 },
        isAbsent: (_, answer) => (answer as { readonly status: number }).status === 404,
      }),
    };
  }

  #take(key: string): boolean {
    this.taken.push(key);
    return this.things.delete(key);
  }
}
