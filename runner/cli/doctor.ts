import { painter, wantsColour } from '../../reporters/terminal/paint.ts';
import { compose } from '../compose.ts';
import { newRunId } from '../core/trace.ts';
import { examine } from '../doctor/examine.ts';
import { settingsFrom } from '../settings.ts';
import { EXIT, type Io, UsageError } from './io.ts';
import { countsOf, examinationJson, sayExamination } from './say-doctor.ts';
import { oneFleet, select, sound } from './selection.ts';

/** Options of `coalmine doctor`. */
export interface DoctorOptions {
  readonly env?: string;
  readonly as?: string;
  readonly role?: string;
  readonly deployed?: boolean;
  readonly verbose?: boolean;
  readonly format: 'text' | 'json';
}

/** `coalmine doctor`: asks the account the questions that a run would stumble over, and says what to do. It changes nothing. */
export async function doctor(paths: readonly string[], options: DoctorOptions, io: Io): Promise<number> {
  const { settings, faults } = settingsFrom(io.env, io.who);
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  const loaded = sound(await select(paths, io), io);
  if (loaded === undefined) return EXIT.usage;
  const fleet = oneFleet(loaded, options.env, 'doctor');
  const application = compose({ settings, ...fleet, secrets: io.secrets });
  try {
    const { clock, random, references, redactor } = application.engine;
    const nowMs = clock.nowMs();
    const examination = await examine({
      ...fleet,
      clients: application.clients,
      references,
      runId: newRunId(nowMs, random),
      nowMs,
      isDeployed: options.deployed === true,
      ...(options.as === undefined ? {} : { as: options.as }),
      ...(options.role === undefined ? {} : { role: options.role }),
    });
    const told = redactor.deep({ ...examination, left: loaded.length - fleet.canaries.length });
    const paint = painter(wantsColour(io.env, io.stdout.isTTY === true));
    const text =
      options.format === 'json'
        ? JSON.stringify(examinationJson(told, fleet), null, 2)
        : sayExamination(told, fleet, { isVerbose: options.verbose === true, paint });
    io.stdout.write(`${text}\n`);
    return countsOf(told.found).problem > 0 ? EXIT.failed : EXIT.good;
  } finally {
    await application.close();
  }
}
