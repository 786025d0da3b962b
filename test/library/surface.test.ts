import { describe, expect, it } from '@jest/globals';
import * as library from '../../runner/library/index.ts';
import { apiPage } from '../../scripts/pages/api-page.ts';

describe('the surface of the library', () => {
  it('is no larger than it was: a change needs a decision', () => {
    expect(Object.keys(library).toSorted()).toEqual([
      'LoadError',
      'UsageError',
      'assertPassed',
      'loadCanaries',
      'run',
    ]);
    expect([...apiPage().matchAll(/^### (\w+)$/gm)].map(([, name]) => name)).toEqual([
      ...['run', 'loadCanaries', 'assertPassed'],
      ...['RunOptions', 'LoadOptions', 'LoadedCanary'],
      ...['RunResult', 'StepResult', 'Check', 'Evidence', 'Quote', 'Unread', 'TrailEntry'],
      ...['Verdict', 'Blame', 'RunId', 'SourcePosition', 'Json', 'LoadError', 'Diagnostic', 'UsageError'],
      ...['RunReporter', 'RunStart', 'StepStart', 'StepPoll', 'StepEnd', 'toHavePassed'],
    ]);
  });

  it('has a sentence for every option, with its default', () => {
    const [, options = ''] = /interface RunOptions [^{]*\{\n([\s\S]*?)^\}/m.exec(apiPage()) ?? [];
    const keys = [...options.matchAll(/(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\n {2}readonly (\w+)\?:/g)];

    expect(keys.map(([, , key]) => key)).toEqual(
      [...options.matchAll(/^ {2}readonly (\w+)/gm)].map(([, key]) => key),
    );
    // Without a default, an option is absent unless it is given.
    expect(keys.filter(([, doc]) => doc?.includes('@default') === false).map(([, , key]) => key)).toEqual([
      'signal',
      'as',
      'seed',
    ]);
  });
});
