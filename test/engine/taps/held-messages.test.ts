import { describe, expect, it } from '@jest/globals';
import type { TapMessage } from '../../../runner/core/taps/ports.ts';
import { HeldMessages } from '../../../runner/engine/taps/held-messages.ts';

const NOTHING = { visible: 0, inFlight: 0, delayed: 0, delaySeconds: 0 };

/** One delivery of the message m1. */
const delivery = (receipt: string, receiveCount: number): TapMessage => {
  return { messageId: 'm1', receipt, receiveCount, body: '', attributes: {}, sentAtMs: 0 };
};

describe('messages that are held', () => {
  it('are counted as ours, each copy for one', () => {
    const held = new HeldMessages({ feed: 'queue q', isFifo: false });
    held.take([delivery('r1', 1), delivery('r2', 1)], 10, 0);

    expect(held.unseen({ ...NOTHING, inFlight: 2 })).toBeUndefined();
    expect(held.unseen({ ...NOTHING, inFlight: 3 })?.message).toContain(
      'holds 1 message that cannot be seen',
    );
  });

  it('are hidden again only if they are hidden still: another reader may have the others', () => {
    const held = new HeldMessages({ feed: 'queue q', isFifo: false });
    held.take([delivery('r1', 1)], 10, 0);

    expect(held.endingBefore(15, 9)).toHaveLength(1);
    expect(held.endingBefore(15, 10)).toEqual([]);
  });

  it.each([
    { title: 'a copy, while the first is hidden', nowMs: 9, isCopy: true },
    { title: 'received by another process, once it may be visible', nowMs: 10, isCopy: false },
  ])('and come again with a greater receive count than by our receives are $title', ({ nowMs, isCopy }) => {
    const held = new HeldMessages({ feed: 'queue q', isFifo: false });
    held.take([delivery('r1', 1)], 10, 0);
    const again = () => held.take([delivery('r2', 9)], 20, nowMs);

    if (isCopy) expect(again()).toEqual([]);
    else expect(again).toThrow('queue q is read by another process too');
  });

  it('have copies if a receive count does not rise, and then the counts accuse no other reader', () => {
    const held = new HeldMessages({ feed: 'queue q', isFifo: false });
    held.take([delivery('r1', 5)], 10, 0);
    held.take([delivery('r2', 1)], 30, 20);

    expect(held.take([delivery('r3', 6)], 50, 40)).toEqual([]);
  });
});
