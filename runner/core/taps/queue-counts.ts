/** The number of messages in a queue, as SQS estimates it: it may lag by up to a minute. */
export interface QueueCounts {
  readonly visible: number;
  /** Received by any reader, and neither deleted nor visible again. */
  readonly inFlight: number;
  /** Sent, and not visible before a delay is over. */
  readonly delayed: number;
  /** The queue's own delay for each new message, in seconds. */
  readonly delaySeconds: number;
}

/** The attributes of a queue that hold its counts (Amazon SQS API, GetQueueAttributes). */
export const COUNTED_BY = {
  visible: 'ApproximateNumberOfMessages',
  inFlight: 'ApproximateNumberOfMessagesNotVisible',
  delayed: 'ApproximateNumberOfMessagesDelayed',
  delaySeconds: 'DelaySeconds',
} as const satisfies Record<keyof QueueCounts, string>;

/** The number of messages that a reader cannot see, if it holds `held` messages and the last poll was empty. */
export function outOfSight(
  { visible, inFlight, delayed }: QueueCounts,
  { isFifo, held }: { readonly isFifo: boolean; readonly held: number },
): { readonly hidden: number; readonly delayed: number } {
  // An empty poll has reached all servers of a standard queue. A FIFO queue counts messages behind a hidden one as visible.
  const others = (isFifo ? visible : 0) + inFlight - held;
  return { hidden: Math.max(0, others), delayed };
}
