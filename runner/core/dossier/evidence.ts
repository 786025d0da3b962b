import { SHOWN_DIGITS } from '../base/run-id.ts';
import type { StepResult } from '../model/run-result.ts';
import { bytesOf, code, fence } from './markdown.ts';

/** Evidence of one step, in bytes with its fence. */
const MOST_OF_STEP = 2_500;
/** Less room shows nothing of use. */
const LEAST_OF_STEP = 400;
/** Bytes of a heading, and of the line at the end, each with empty lines around it. */
const HEADING_BYTES = 160;
const LAST_LINE_BYTES = 160;

/** Evidence of the steps that did not pass, within some bytes. A last line counts the steps whose evidence is cut or left out. */
export function evidenceWithin(runId: string, bad: readonly StepResult[], bytes: number): readonly string[] {
  const blocks: string[] = [];
  let left = bytes - LAST_LINE_BYTES;
  let cut = 0;
  let omitted = 0;
  for (const { name, text } of bad.map(partsOf).filter((parts) => parts.text !== '')) {
    const room = Math.min(MOST_OF_STEP, left - HEADING_BYTES);
    if (room < LEAST_OF_STEP) {
      omitted += 1;
      continue;
    }
    const { block, isWhole } = fenced(text, room);
    const evidence = `## Evidence of ${code(name, 120)}\n\n${block}`;
    if (!isWhole) cut += 1;
    left -= bytesOf(evidence) + 2;
    blocks.push(evidence);
  }
  return cut + omitted === 0 ? blocks : [...blocks, lastLine(runId, cut, omitted)];
}

function partsOf({ name, quotes, evidence }: StepResult) {
  const quoted = quotes.map(({ text }) => text).join('\n');
  const seen = evidence.map(({ data }) => JSON.stringify(data, null, 1)).join('\n');
  return { name, text: [quoted, seen].filter(Boolean).join('\n\n') };
}

/** A text in a fence, and whether all of it is there. */
function fenced(text: string, bytes: number) {
  const block = fence(text, 'text', bytes);
  return { block, isWhole: text.length <= bytes && block === fence(text, 'text', Number.POSITIVE_INFINITY) };
}

function lastLine(runId: string, cut: number, omitted: number): string {
  const parts = [
    ...(cut === 0 ? [] : [`is cut for ${stepsOf(cut)}`]),
    ...(omitted === 0 ? [] : [`is left out for ${stepsOf(omitted)}`]),
  ];
  return `Evidence ${parts.join(' and ')}. All of it: ${code(`coalmine show ${runId.slice(0, SHOWN_DIGITS)} --json`)}`;
}

function stepsOf(count: number): string {
  return `${count} ${count === 1 ? 'step' : 'steps'}`;
}
