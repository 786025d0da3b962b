import { composeApp } from '../../../compose-app.ts';
import { suggestion } from '../../../core/base/did-you-mean.ts';
import { DeliveryError } from '../../../core/base/errors.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { isStandstill } from '../../../core/base/standstill.ts';
import { type Channel, DELIVERY_TIMEOUT_MS } from '../../../core/model/channel.ts';
import type { Project } from '../../../core/model/project.ts';
import type { Notice } from '../../../core/notice/notice.ts';
import type { Notifier } from '../../../core/notice/notifier.ts';
import { environmentOf, select } from '../../../runs/selection.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { settingsFrom } from '../../../settings.ts';
import { sampleNotices } from '../../output/sample-notices.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { oneProject, sound } from '../../setup/selection.ts';

/** `coalmine alert test CHANNEL`: sends a test incident and its end to a channel, by the real notifier, and prints the answer. */
export async function testChannel(
  channel: string,
  paths: readonly string[],
  { env }: { readonly env?: string },
  io: Io,
): Promise<number> {
  const canaries = sound(await select(paths, io), io);
  if (canaries === undefined) return EXIT.usage;
  const project = oneProject(canaries);
  const { timeoutMs = DELIVERY_TIMEOUT_MS } = channelOf(channel, project);
  const environment = environmentOf(project, env);
  const { settings, faults } = settingsFrom(io.env, io.who);
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  const application = composeApp({ settings, project, environment, secrets: io.secrets });
  try {
    const notifier = (await application.notifiers()).get(channel) as Notifier;
    const region = environment.region ?? settings.region;
    const notices = sampleNotices({
      project: project.name,
      environment: environment.name,
      owner: io.who.user,
      atMs: application.engine.clock.nowMs(),
      ...omitUndefined({ region }),
    });
    for (const notice of notices) {
      const line = await sendTest(notifier, notice, { channel, timeoutMs });
      io.stdout.write(`${application.engine.redactor.text(line)}\n`);
    }
    return EXIT.good;
  } catch (thrown) {
    if (!(thrown instanceof DeliveryError)) throw thrown;
    io.stderr.write(`${thrown.message}\n`);
    return EXIT.error;
  } finally {
    await application.close();
  }
}

/** @throws UsageError for a name that is none. */
function channelOf(channel: string, { channels }: Project): Channel {
  const found = channels.find(({ name }) => name === channel);
  if (found !== undefined) return found;
  const names = channels.map(({ name }) => name);
  throw new UsageError(`There is no channel '${channel}'. ${suggestion(channel, names, 'channels')}`);
}

async function sendTest(
  notifier: Notifier,
  notice: Notice,
  { channel, timeoutMs }: { readonly channel: string; readonly timeoutMs: number },
): Promise<string> {
  const startedAtMs = performance.now();
  const { answer } = await notifier
    .send(notice, { signal: AbortSignal.timeout(timeoutMs) })
    .catch((thrown: unknown) => {
      if (!isStandstill(startedAtMs + timeoutMs, performance.now())) throw thrown;
      throw new DeliveryError(
        'This machine stood still meanwhile, so it says nothing of the channel. Test it again.',
        {
          cause: thrown,
        },
      );
    });
  return `${channel}: ${notice.kind}: ${answer}.`;
}
