import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunResult } from '../../../runner/core/model/run-result.ts';
import type { Noun } from '../../../runner/kinds/kind.ts';
import { response } from '../../../runner/kinds/nouns/http/response.ts';
import { canaryOf, expectStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

let server: Server;
let site: string;

beforeAll(async () => {
  server = createServer((request, answer) => {
    if (request.url === '/silent') return;
    if (request.url === '/half') return void answer.writeHead(200).write('half');
    answer.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function waitedFor(
  path: string,
): Promise<{ readonly result: RunResult; readonly harness: RunHarness }> {
  const harness = new RunHarness();
  const step = expectStep('it', {
    kind: 'response',
    input: { http: `GET ${site}${path}` },
    has: { body: { ok: true } },
    withinMs: 15_000,
  });
  const nouns = { response: response as unknown as Noun };
  return { result: await harness.run(canaryOf({}, step), { engine: { nouns } }), harness };
}

describe('a response that is waited for', () => {
  it.each(['/silent', '/half'])(
    'fails, by its deadline, when the system never ends its answer: %s',
    async (path) => {
      const { result, harness } = await waitedFor(path);

      expect(result).toHaveVerdict('failed', {
        at: 'it',
        reason: /^not within 15 s: GET http:.* did not answer within 10 s\.$/,
      });
      expect(result.steps[0]?.blame).toBe('target');
      expect(result.durationMs).toBeLessThanOrEqual(15_000 + 2 * 10_000);
      expect(harness.clock.open).toBe(0);
    },
  );
});
