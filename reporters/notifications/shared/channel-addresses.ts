import type { Clock } from '../../../runner/core/base/clock.ts';
import { DeliveryError } from '../../../runner/core/base/errors.ts';
import type { ReadHow, References } from '../../../runner/core/expression/reference.ts';
import { fillSettled } from '../../../runner/core/expression/resolve-references.ts';
import type { Channel } from '../../../runner/core/model/channel.ts';
import type { Environment } from '../../../runner/core/model/project.ts';
import type { NotifierKind } from './notifier.ts';
import { receiverDigest } from './receiver.ts';

/** Validity of a filled-in channel before its references are read again: secrets change while the process runs. */
const FRESH_MS = 300_000;

/** Addresses of one channel that are kept, for the ends of incidents that began there. */
const MAX_KNOWN = 8;

/** A channel with its references filled in, and the digest of its receiver. */
export interface FilledChannel {
  readonly channel: Channel;
  readonly digest: string;
}

interface AddressesOf {
  readonly environment: Environment;
  readonly references: References;
  readonly clock: Clock;
}

/** The addresses of one channel: the present one, and former ones as long as they can be had. */
export class ChannelAddresses {
  readonly #channel: Channel;
  readonly #kind: NotifierKind | undefined;
  readonly #of: AddressesOf;
  #known: readonly FilledChannel[] = [];
  #current: { readonly filled: FilledChannel; readonly untilMs: number } | undefined;
  #isRefused = false;

  constructor(channel: Channel, kind: NotifierKind | undefined, of: AddressesOf) {
    this.#channel = channel;
    this.#kind = kind;
    this.#of = of;
  }

  /** The channel at its present address, which was read some minutes ago at most. @throws the errors of its references. */
  async current(): Promise<FilledChannel> {
    const { clock } = this.#of;
    if (this.#current === undefined || clock.nowMs() >= this.#current.untilMs) {
      const filled = await this.#fill({ fresh: this.#isRefused });
      this.#current = { filled, untilMs: clock.nowMs() + FRESH_MS };
      this.#isRefused = false;
      this.#known = [...this.#known.filter(({ digest }) => digest !== filled.digest), filled].slice(
        -MAX_KNOWN,
      );
    }
    return this.#current.filled;
  }

  /**
   * The channel at the address with that digest: the present one, one that this process has used, or that of a secret's previous version.
   * @throws DeliveryError if it cannot be had; the errors of the references.
   */
  async at(digest: string | undefined): Promise<FilledChannel> {
    const current = await this.current();
    if (digest === undefined || digest === current.digest) return current;
    const known = this.#known.find((one) => one.digest === digest);
    if (known !== undefined) return known;
    const previous = await this.#fill({ previous: true }).catch(() => undefined); // most sources keep none
    if (previous?.digest === digest) return previous;
    throw new DeliveryError(
      `Channel '${this.#channel.name}' has another address now, and the former one cannot be had any more. Nothing was sent.`,
      { moved: true },
    );
  }

  /** Has the references read anew. */
  refused(): void {
    this.#current = undefined;
    this.#isRefused = true;
  }

  async #fill(how: ReadHow): Promise<FilledChannel> {
    const { environment, references } = this.#of;
    const filled = async (text: string) => String(await fillSettled(text, environment, references, how));
    const address = await filled(this.#channel.address);
    const options: Record<string, string> = {};
    for (const [key, text = ''] of Object.entries(this.#channel.options)) options[key] = await filled(text);
    const channel = { ...this.#channel, address, options };
    return { channel, digest: await receiverDigest(`${channel.kind} ${this.#kind?.receiver(channel)}`) };
  }
}
