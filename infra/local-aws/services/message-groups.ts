import { SqsQueue } from '../../../node_modules/fauxqs/dist/sqs/sqsStore.js';

const dequeue = SqsQueue.prototype.dequeue;

/**
 * fauxqs delivers one message of a group at a time, and puts messages that become visible again after their elders in reverse order. SQS
 * delivers as many of a group as it can, in the order they were sent (Amazon SQS developer guide, "FIFO delivery logic").
 */
export function handOutWholeGroups(): void {
  SqsQueue.prototype.dequeue = function (most, ...how) {
    if (!this.isFifo()) return dequeue.call(this, most, ...how);
    for (const group of this.fifoMessages.values())
      group.sort((a, b) => (a.sequenceNumber ?? '').localeCompare(b.sequenceNumber ?? ''));
    const messages: ReturnType<typeof dequeue> = [];
    /** The number of messages of each group in this receive: for other receives the group is locked. */
    const own = new Map<string, number>();
    for (;;) {
      for (const group of own.keys()) this.fifoLockedGroups.delete(group);
      const more = dequeue.call(this, most - messages.length, ...how);
      for (const { ReceiptHandle } of more) {
        const group = this.inflightMessages.get(ReceiptHandle)?.message.messageGroupId ?? '';
        own.set(group, (own.get(group) ?? 0) + 1);
      }
      for (const [group, count] of own) this.fifoLockedGroups.set(group, count);
      messages.push(...more);
      if (more.length === 0 || messages.length === most) return messages;
    }
  };
}
