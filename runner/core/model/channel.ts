/** A destination of notices, as the project file names it. Address and options may hold `${…}`. */
export interface Channel<Option extends string = string> {
  readonly name: string;
  /** The name of its kind in the table of notifiers: `slack`. */
  readonly kind: string;
  /** A topic's ARN, a webhook's URL, a routing key, a bus. Often a secret. */
  readonly address: string;
  readonly options: Readonly<Partial<Record<Option, string>>>;
  /** The channel that takes its notices when it cannot deliver them. */
  readonly fallback?: string;
  /** True if a notice there pages a person, as its kind says. */
  readonly pages?: boolean;
  /** Time limit of one try to deliver, in milliseconds. @default 10 s */
  readonly timeoutMs?: number;
}

/** Limit of one try to deliver, for a channel that sets none. */
export const DELIVERY_TIMEOUT_MS = 10_000;

/** The longest limit that a channel may set: well within the lease of a notice. */
export const MAX_DELIVERY_TIMEOUT_MS = 30_000;

/** A kind of channel, as the loader, the policy and the doctor know it. */
export interface ChannelSchema<Option extends string = string> {
  /** The key of a channel in the project file. */
  readonly name: string;
  /** One sentence for the documentation. */
  readonly summary: string;
  /** The value of that key, for the documentation: `URL of an incoming webhook`. */
  readonly address: string;
  /** True if a notice there pages a person: those of a canary that has never passed go to other channels. @default false */
  readonly pages?: boolean;
  /** Keys that only this kind takes, next to `fallback`. */
  readonly options: Readonly<Record<Option, ChannelOption>>;
  /** True if the address lets its owner send: it may not be written out. A URL shows that by itself. */
  readonly secret?: true;
  readonly reach: ChannelReach;
}

export interface ChannelOption {
  /** True for a value that may not be written out. */
  readonly secret?: true;
  /** Completes a sentence that begins with the key: `signs the requests to a webhook`. */
  readonly purpose: string;
  /** The values that it may have, the default first. @default any text, in which `${…}` may stand */
  readonly words?: readonly string[];
}

/** The way to a channel. An address in AWS names a resource, and each notice takes one IAM action on it. */
export type ChannelReach =
  | { readonly by: 'http' }
  | { readonly by: 'aws'; readonly resource: string; readonly action: string };
