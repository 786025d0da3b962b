import { redactorOf } from '../../runner/core/redaction/redact.ts';
import { CRAFTED, REPEATED, SHAPES } from './redaction-shapes.ts';

/**
 * The cost of searching a megabyte of each shape of texts for a secret. The floor is one regular expression that resolves each escape once,
 * and one search in its result. In CPU time, as JSON. The megabyte is searched in texts as long as the longest that a step keeps
 * (`boundedOutcome`). The arguments are its length, and the number of rounds.
 */
const [LENGTH = 0, ROUNDS = 0] = process.argv.slice(2).map(Number);
const LONGEST = 65_536;
const SECRET = 'correct-horse-battery';

const ESCAPE = /\\(?:u[0-9a-f]{4}|.)|%[0-9a-f]{2}|&#?\w+;/gi;

function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function measured(shape: string, text: string, secrets: readonly string[]): object {
  const redactor = redactorOf(secrets);
  const texts = Array.from({ length: Math.ceil(LENGTH / LONGEST) }, (_, n) =>
    Buffer.from(text.slice(n * LONGEST, (n + 1) * LONGEST)).toString(),
  );
  const each = (work: (part: string) => unknown) => (): unknown => texts.map(work);
  const rounds = Array.from({ length: ROUNDS }, () => ({
    ours: cpuMs(each((part) => redactor.text(part))),
    floor: cpuMs(each((part) => part.replace(ESCAPE, (found) => found.slice(1)).includes(SECRET))),
  }));
  return { shape, ours: rounds.map(({ ours }) => ours), floor: rounds.map(({ floor }) => floor) };
}

const FIFTY = Array.from({ length: 50 }, (_, n) => `s${n}/+=&<"'\\ pass-${(n * 7_919).toString(36)}-é${n}`);
const one = Object.entries({ ...SHAPES, ...REPEATED, ...CRAFTED }).map(([shape, text]) =>
  measured(shape, text(LENGTH), [SECRET]),
);
const fifty = Object.entries(SHAPES).map(([shape, text]) =>
  measured(`${shape}, 50 secrets`, text(LENGTH), FIFTY),
);
process.stdout.write(JSON.stringify([...one, ...fifty]));
