import SharedProcess from '../../support/jest/environment.ts';
import { judgeOf } from '../judge/judge.ts';

/** Judges tests by the list of differences. */
export default class extends SharedProcess {
  /**
   * @param {{ readonly globalConfig: { readonly rootDir: string } }} settings
   * @param {{ readonly testPath: string }} file
   */
  constructor({ globalConfig }, { testPath }) {
    super();
    this.judge = judgeOf(globalConfig.rootDir, testPath);
  }

  /**
   * @param {import('../judge/judge.ts').TestEvent} event
   * @param {import('../judge/judge.ts').RunnerState} state
   */
  handleTestEvent(event, state) {
    this.judge(event, state);
  }
}
