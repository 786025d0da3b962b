import { faultSortOf } from '../../adapters/aws/errors.ts';
import { faultMessage } from './faults.ts';
import type { Finding } from './finding.ts';
import { isUnasked, type Unasked } from './question.ts';

/** Makes an additional call, whose denial is an answer too. */
export async function optionalQuery<Answer>(
  action: string,
  ask: () => Promise<Answer>,
): Promise<Answer | Unasked> {
  try {
    return await ask();
  } catch (thrown) {
    const sort = faultSortOf(thrown);
    if (sort === 'denied') return { unasked: `you may not do ${action}` };
    if (sort === 'invalid' || sort === 'ours' || sort === 'unsupported' || sort === 'unknown')
      return { unasked: `${action} was refused. ${faultMessage(thrown)}` };
    throw thrown;
  }
}

/** The finding that a call was denied, or the findings of its answer. */
export function judged<Answer>(
  answer: Answer | Unasked,
  what: string,
  judge: (answer: Answer) => readonly Finding[],
): readonly Finding[] {
  if (!isUnasked(answer)) return judge(answer);
  return [{ level: 'unchecked', what: `${what}: ${answer.unasked}` }];
}
