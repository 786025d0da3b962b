import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { sqliteStore } from '../../runner/adapters/sqlite/store.ts';
import { formatFormer, formerStatesOf } from '../../runner/cli/setup/former-states.ts';
import { applyEvents, newCanaryState } from '../../runner/core/alert/outbox/apply-events.ts';
import { NO_PROJECT } from '../../runner/core/model/project.ts';
import { ABOUT, digestFor, policyOf } from '../support/alerts/alerts.ts';
import { coalmine, emptyFolder } from '../support/command.ts';

let server: Server;
let url: string;
const posted: { readonly kind: string; readonly environment: string }[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as {
        kind: string;
        canary: { environment: string };
      };
      posted.push({ kind: body.kind, environment: body.canary.environment });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A project whose environment was called `prod`, with an open incident of `orders` in its state. */
async function renamedProject(): Promise<string> {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  writeFileSync(
    join(cwd, 'canaries', 'orders.canary.yaml'),
    `canary: orders\nowner: o\nschedule: { every: 1m }\nalert: { to: [hook] }\nsteps:\n  - http: GET ${url}\n`,
  );
  writeFileSync(
    join(cwd, 'coalmine.config.yaml'),
    `project: shop\nenvironments:\n  live: {}\nchannels:\n  hook: { webhook: "${url}" }\n`,
  );
  const path = join(cwd, '.coalmine', 'state-prod.sqlite');
  const store = sqliteStore(
    { project: 'shop', environment: 'prod', path, create: true },
    { clock: systemClock() },
  );
  const about = { ...ABOUT, environment: 'prod' };
  const nowMs = Date.now();
  const event = {
    kind: 'result',
    digest: digestFor(nowMs, 'failed'),
    about,
    nowMs,
    inMaintenance: false,
  } as const;
  const routes = { target: ['hook'], observer: ['hook'], channels: [{ name: 'hook' }] };
  const policy = policyOf({ after: { failures: 1, of: 1 }, to: ['hook'] });
  const { state } = applyEvents(newCanaryState(about, 'a'), [event], { policy, routes, writer: 'w' });
  const receipt = { channel: 'hook', accepted: [{ kind: 'opened', atMs: nowMs, answer: 'ok' }] } as const;
  const receipts = { 'orders@a#target1': [receipt] };
  await store.alerts.save({ ...state, outbox: [], alert: { ...state.alert, receipts } }, 0);
  await store.close();
  return cwd;
}

const formerIn = async (cwd: string) => {
  const environment = { name: 'live', vars: {} };
  const project = { ...NO_PROJECT, name: 'shop', environments: [environment] };
  const found = await formerStatesOf({ project, environment, projectFile: 'coalmine.config.yaml' }, {
    cwd,
  } as never);
  return found.map((one) => formatFormer(one, environment.name));
};

describe('the state of an environment that was renamed', () => {
  it('is named with its open incidents, and continued under the new name', async () => {
    const cwd = await renamedProject();

    expect(await formerIn(cwd)).toEqual([
      "The project no longer has the environment 'prod', and its state is still there (.coalmine/state-prod.sqlite), with 1 open incident: orders@a#target1. " +
        "Continue them here with 'coalmine state adopt prod --env live', or end them with 'coalmine state end prod --env live'.",
    ]);
    const { code, stdout } = await coalmine(['state', 'adopt', 'prod', '--env', 'live'], { cwd });
    expect([code, stdout]).toEqual([0, 'Adopted by live: the incidents of orders.\n']);
    expect(await formerIn(cwd)).toEqual([expect.stringContaining('No incident of it is open')]);
    const explained = await coalmine(['explain', 'orders', '--alert', '--env', 'live'], { cwd });
    expect(explained.stdout).toContain('orders@a#target1');
    expect(readdirSync(join(cwd, '.coalmine'))).toContain('state-live.sqlite');
  });

  it.each([
    { name: 'nope', says: 'Known states of former environments: prod.' },
    { name: 'prd', says: "Did you mean 'prod'?" },
  ])('is named if there is none of $name', async ({ name, says }) => {
    const { code, stderr } = await coalmine(['state', 'adopt', name, '--env', 'live'], {
      cwd: await renamedProject(),
    });

    expect([code, stderr]).toEqual([2, `There is no state of '${name}' next to the project file. ${says}\n`]);
  });

  it('is ended, and its receivers are notified', async () => {
    const cwd = await renamedProject();
    posted.length = 0;

    const { code, stdout } = await coalmine(['state', 'end', 'prod', '--env', 'live'], { cwd });

    expect([code, stdout]).toEqual([0, 'Every incident is ended, and its receivers are notified.\n']);
    expect(posted).toEqual([{ kind: 'closed', environment: 'prod' }]);
  });

  it('is free again if the command fails', async () => {
    const cwd = await renamedProject();
    const write = (): never => {
      throw new Error('the output broke');
    };

    const { code } = await coalmine(['state', 'adopt', 'prod', '--env', 'live'], { cwd, stdout: { write } });

    const path = join(cwd, '.coalmine', 'state-prod.sqlite');
    const at = { project: 'shop', environment: 'prod', path, create: false };
    const store = sqliteStore(at, { clock: systemClock() });
    const lease = { name: 'runner', owner: 'another', nowMs: Date.now(), forMs: 1 };
    expect([code, await store.leases.take(lease)]).toEqual([3, { held: true }]);
    await store.close();
  });

  it('is not taken for that of an environment that the project has', async () => {
    const cwd = await renamedProject();

    const { code, stderr } = await coalmine(['state', 'end', 'live'], { cwd });

    expect([code, stderr]).toEqual([2, expect.stringContaining("The project has the environment 'live'")]);
  });

  it('that cannot be read is named all the same', async () => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, '.coalmine'));
    writeFileSync(
      join(cwd, '.coalmine', 'state-prod.sqlite'),
      'no database, but long enough to have a header'.repeat(9),
    );

    expect(await formerIn(cwd)).toEqual([expect.stringContaining('It could not be read')]);
    expect(await formerIn(emptyFolder())).toEqual([]);
  });
});
