import { describe, expect, it } from '@jest/globals';
import * as nouns from '../runner/kinds/nouns/table.ts';
import * as verbs from '../runner/kinds/verbs/table.ts';
import { generatedFiles, staleFiles } from '../scripts/generate.ts';
import { loadText } from './load/support.ts';

const KINDS = [...Object.entries(verbs), ...Object.entries(nouns)];

describe('generated files', () => {
  it('are as the tables and the canaries say; else run: npm run generate', async () => {
    expect(Object.keys(await generatedFiles({}))).toContain('template.yaml');
    expect(await staleFiles()).toEqual([]);
  });
});

describe('every kind', () => {
  it.each(KINDS)(
    '%s is exported under its own name, described, and has an example that loads',
    (name, kind) => {
      const properties = Object.entries(
        kind.input.properties as Readonly<Record<string, { readonly description?: string }>>,
      );
      const step = kind.example.trimEnd().replace(/^/gm, '    ').replace(/^ {4}/, '  - ');
      const opened = 'needsOpen' in kind ? '  - connect: wss://x\n' : '';
      const { diagnostics } = loadText(
        `canary: example\nowner: test\ntimeout: 5m\nsteps:\n  - http: GET https://x\n    save: { token: response.body.token }\n${opened}${step}\n`,
        {},
      );

      expect(kind.name).toBe(name);
      expect(kind.summary).not.toBe('');
      expect(properties.filter(([, { description = '' }]) => description === '')).toEqual([]);
      // An example of a request stands alone, without the act that gives the inbox to the system.
      expect(diagnostics.filter(({ rule }) => rule !== 'inbox')).toEqual([]);
    },
  );

  it('has a contract that is no larger than it was: a change needs a decision', () => {
    const members = new Set(KINDS.flatMap(([, kind]) => Object.keys(kind)));

    expect([...members].toSorted()).toEqual(
      [
        'act',
        'consistency', // docs/decisions/0008-nouns-say-how-soon-they-see.md
        'defaultResponse',
        'example',
        'faults',
        'fills', // docs/decisions/0005-two-readers-of-a-watched-queue.md
        'makes', // docs/decisions/0076-gone-needs-a-thing-that-was-there.md
        'messageIds', // docs/decisions/0083-an-act-has-the-answer-of-its-call.md
        'isAbsent', // docs/decisions/0014-what-a-sweep-may-take-away.md
        'primaryInput',
        'hop',
        'inbox', // docs/decisions/0077-a-run-has-a-url-of-its-own.md
        'input',
        'lacksId', // docs/decisions/0064-where-an-id-was-lost.md
        'leastStay', // docs/decisions/0080-a-queue-is-counted-not-read.md
        'leastWindowMs', // docs/decisions/0008-nouns-say-how-soon-they-see.md
        'name',
        'needsOpen', // docs/decisions/0079-a-connection-is-an-act.md
        'identity', // the same
        'neverFromFirstAct', // docs/decisions/0015-when-a-message-happened.md
        'open',
        'opens', // docs/decisions/0079-a-connection-is-an-act.md
        'ownIds', // docs/decisions/0023-what-a-file-says-is-not-replaced.md
        'pauseMs',
        'permissions',
        'blameOnTimeout',
        'receivesFrom', // docs/decisions/0080-a-queue-is-counted-not-read.md
        'reads', // docs/decisions/0017-a-poll-reads-all-or-says-so.md
        'quotes', // docs/decisions/0021-a-red-step-quotes-the-system.md
        'repliesToUs', // the same
        'selects',
        'summary',
        'thing', // docs/decisions/0008-nouns-say-how-soon-they-see.md
        'vanishes', // docs/decisions/0076-gone-needs-a-thing-that-was-there.md
        'view',
      ].toSorted(),
    );
  });
});
