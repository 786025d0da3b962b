import { describe, expect, it } from '@jest/globals';
import { AnsweredHosts } from '../../../runner/core/network/answered-hosts.ts';

describe('hosts that answered lately', () => {
  it('show that the network works, to every host but the one that answered', () => {
    const hosts = new AnsweredHosts();
    expect(hosts.byAnother('a.example', 0)).toBe(false);

    hosts.note('a.example', 0);
    expect(hosts.byAnother('a.example', 1)).toBe(false);
    expect(hosts.byAnother('b.example', 1)).toBe(true);

    hosts.note('b.example', 2);
    hosts.note('b.example', 3);
    expect(hosts.byAnother('b.example', 4)).toBe(true);
  });

  it('show it for a minute', () => {
    const hosts = new AnsweredHosts();
    hosts.note('a.example', 1_000);

    expect(hosts.byAnother('b.example', 61_000)).toBe(true);
    expect(hosts.byAnother('b.example', 61_001)).toBe(false);
  });

  it.each(['localhost', 'localhost:8080', '127.0.0.1:4566', '[::1]', '[::1]:80', 'app.localhost'])(
    'show nothing if it is the machine itself: %s',
    (host) => {
      const hosts = new AnsweredHosts();
      hosts.note(host, 0);

      expect(hosts.byAnother('b.example', 1)).toBe(false);
    },
  );
});
