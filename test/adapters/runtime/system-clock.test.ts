import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';

/** Time that may be moved forward, as it is for a process that was stopped. */
function movable() {
  let movedMs = 0;
  return {
    wallMs: () => Date.now() + movedMs,
    monotonicMs: () => performance.now() + movedMs,
    move: (ms: number) => {
      movedMs += ms;
    },
  };
}

/** Keeps the event loop from going on, for longer than the clock's timer is set. */
function blockTheLoop(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
}

describe('a process that stands still for 5 s', () => {
  it('is found out by what is due later, and forgotten by what begins later', async () => {
    const time = movable();
    const clock = systemClock(time);
    const startMs = clock.nowMs();
    const { promise, resolve } = Promise.withResolvers<void>();
    clock.at(startMs + 5_500, resolve);
    const before = clock.stoodStillMs(startMs);

    time.move(5_000);
    const atOnce = clock.stoodStillMs(startMs); // no timer has rung yet
    await promise;

    expect(before).toBe(0);
    for (const foundMs of [atOnce, clock.stoodStillMs(startMs)]) {
      expect(foundMs).toBeGreaterThan(4_000);
      expect(foundMs).toBeLessThanOrEqual(clock.nowMs() - startMs);
    }
    expect(clock.stoodStillMs(clock.nowMs())).toBe(0);
  });

  it('is found out if only the wall clock went on, as while a laptop sleeps', () => {
    let sleptMs = 0;
    const clock = systemClock({ wallMs: () => Date.now() + sleptMs, monotonicMs: () => performance.now() });
    const startMs = clock.nowMs();
    const forget = clock.at(startMs + 60_000, () => {});

    sleptMs = 5_000;

    expect(clock.stoodStillMs(startMs)).toBeGreaterThan(4_000);
    forget();
  });

  it('is remembered when all that waited is taken back before a timer rang', () => {
    const time = movable();
    const clock = systemClock(time);
    const startMs = clock.nowMs();
    const forget = clock.at(startMs + 60_000, () => {});

    time.move(5_000);
    forget();

    expect(clock.stoodStillMs(startMs)).toBeGreaterThan(4_000);
  });

  it('is none if its timer is less than a second late', () => {
    const time = movable();
    const clock = systemClock(time);
    const startMs = clock.nowMs();
    const forget = clock.at(startMs + 60_000, () => {});

    time.move(1_000);

    expect(clock.stoodStillMs(startMs)).toBe(0);
    forget();
  });

  it('handles what has arrived meanwhile before what is late', async () => {
    const time = movable();
    const clock = systemClock(time);
    const order: string[] = [];
    const server = createServer((socket) => socket.on('data', (data) => read(String(data))));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const [one, other] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    await Promise.all([once(one, 'connect'), once(other, 'connect')]);
    const { promise, resolve } = Promise.withResolvers<void>();
    const read = (words: string): void => {
      order.push(words);
      if (words !== 'long answer') return;
      other.write('answer'); // arrives while the loop is at this one
      time.move(5_000);
      blockTheLoop();
    };
    clock.at(clock.nowMs() + 1_000, () => {
      order.push('timer');
      resolve();
    });

    one.write('long answer');
    await promise;
    for (const socket of [one, other]) socket.destroy();
    server.close();

    expect(order).toEqual(['long answer', 'answer', 'timer']);
  });
});
