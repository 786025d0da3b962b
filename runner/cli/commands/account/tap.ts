import { classifyAwsError } from '../../../adapters/aws/errors.ts';
import { type TapState, tapStack } from '../../../adapters/taps/tap-stack.ts';
import { composeApp } from '../../../compose-app.ts';
import { feedNameOf } from '../../../core/aws/feed.ts';
import { CanaryError } from '../../../core/base/errors.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { environmentOf, select } from '../../../runs/selection.ts';
import { settingsFrom } from '../../../settings.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { oneProject, sound } from '../../setup/selection.ts';

export interface TapOptions {
  readonly env?: string;
  readonly as?: string;
  readonly show?: boolean;
  readonly remove?: boolean;
}

/** `coalmine tap`: makes, shows or removes the project's taps in an account; doing it twice changes nothing. */
export async function tap(paths: readonly string[], options: TapOptions, io: Io): Promise<number> {
  const canaries = sound(await select(paths, io), io);
  if (canaries === undefined) return EXIT.usage;
  const listed = oneProject(canaries);
  const environment = environmentOf(listed, options.env);
  const { settings } = settingsFrom(io.env, io.who);
  const application = composeApp({ settings, project: listed, environment, secrets: io.secrets });
  try {
    const project = await application.resolvedProject();
    const stack = tapStack({
      clients: application.clients,
      project,
      ...omitUndefined({ as: options.as }),
    });
    const states = await (options.remove === true
      ? stack.remove()
      : options.show === true
        ? stack.show()
        : stack.make());
    const lines = states.length === 0 ? formatNone(options) : states.map(formatTap).join('\n');
    io.stdout.write(`${application.engine.redactor.text(lines)}\n`);
    return options.show === true && states.some(({ exists }) => !exists) ? EXIT.failed : EXIT.good;
  } catch (thrown) {
    const fault = classifyAwsError(thrown);
    if (!(fault instanceof CanaryError)) throw fault;
    io.stderr.write(`${fault.message}\n`);
    return EXIT.error;
  } finally {
    await application.close();
  }
}

/** The leases of runs with a setup are in the table that the taps have. */
function formatNone({ show = false, remove = false }: TapOptions): string {
  const none = 'The project lists no taps.';
  return show || remove ? none : `${none} Its table of leases is there, which runs with a setup need.`;
}

function formatTap({ name, on, exists }: TapState): string {
  return `${exists ? 'there' : 'not there'}  ${feedNameOf(on)}  (${name})`;
}
