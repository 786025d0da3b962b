import SharedProcess from '../../support/jest/environment.ts';
import { judgeOf } from '../judge/judge.ts';

/** Gives suites that know nothing of two AWSs the other one, and judges tests by the list of differences. */
export default class extends SharedProcess {
  /**
   * @param {{ readonly globalConfig: { readonly rootDir: string } }} settings
   * @param {{ readonly testPath: string }} file
   */
  constructor({ globalConfig }, { testPath }) {
    super();
    this.judge = judgeOf(globalConfig.rootDir, testPath);
  }

  async setup() {
    await super.setup();
    process.env['COALMINE_TEST_AWS'] = 'MiniStack';
  }

  /**
   * @param {import('../judge/judge.ts').TestEvent} event
   * @param {import('../judge/judge.ts').RunnerState} state
   */
  handleTestEvent(event, state) {
    this.judge(event, state);
    super.handleTestEvent(event);
  }
}
