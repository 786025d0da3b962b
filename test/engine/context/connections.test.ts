import { describe, expect, it } from '@jest/globals';
import type { Connection } from '../../../runner/core/taps/feeds.ts';
import { RunConnections } from '../../../runner/engine/context/connections.ts';

function connection(log: string[], name: string): Connection {
  return { feed: undefined as never, lost: undefined, close: () => void log.push(name) };
}

describe('the connections of a run', () => {
  it('are kept by name until its end, and then closed', () => {
    const closed: string[] = [];
    const connections = new RunConnections();
    const [page, other] = [connection(closed, 'page'), connection(closed, 'other')];
    connections.keep('page', page);
    connections.keep('other', other);

    expect([connections.named('page'), connections.named('none'), closed]).toEqual([page, undefined, []]);
    connections.close();
    expect([connections.named('page'), closed]).toEqual([undefined, ['page', 'other']]);
  });

  it('are closed at once if another takes the name, or if the run is over', () => {
    const closed: string[] = [];
    const connections = new RunConnections();
    connections.keep('page', connection(closed, 'first'));
    connections.keep('page', connection(closed, 'second'));
    connections.close();
    connections.keep('page', connection(closed, 'late'));

    expect(closed).toEqual(['first', 'second', 'late']);
    expect(connections.named('page')).toBeUndefined();
  });
});
