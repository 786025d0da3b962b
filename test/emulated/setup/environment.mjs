import { TestEnvironment } from 'jest-environment-node';
import { judgeOf } from '../judge/judge.ts';

/** jest's usual environment, whose tests are judged by the list of differences. */
export default class extends TestEnvironment {
  /** @param {ConstructorParameters<typeof TestEnvironment>} given */
  constructor(...given) {
    super(...given);
    const [{ globalConfig }, { testPath }] = given;
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
