import type { MessageWith } from '../../../reporters/message.ts';
import type { Clock } from '../../core/base/clock.ts';
import { isoSecond } from '../../core/base/format.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { Notifier } from '../../core/notice/notifier.ts';
import type { Redactor } from '../../core/redaction/redact.ts';
import type { Io } from './io.ts';

/** Prints notices on standard output: the text of an e-mail, indented below its title. */
export function terminalNotifier(
  { stdout }: Pick<Io, 'stdout'>,
  { clock, redactor, ...given }: MessageWith & { readonly clock: Clock; readonly redactor: Redactor },
): Notifier {
  return {
    address: async () => 'terminal',
    send: async (notice, { delayedSinceMs }) => {
      // Loaded with the first notice: most commands print none.
      const [{ messageOf }, { textOf }] = await Promise.all([
        import('../../../reporters/message.ts'),
        import('../../../reporters/notifications/shared/text.ts'),
      ]);
      const text = textOf(
        messageOf(redactor.deep(notice), { ...given, ...omitUndefined({ delayedSinceMs }) }),
      );
      stdout.write(`${isoSecond(clock.nowMs())} ${text.replaceAll(/\n(?!\n)/g, '\n  ')}\n`);
      return { answer: 'The terminal shows it', address: 'terminal' };
    },
  };
}
