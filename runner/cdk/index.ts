export { CoalmineRunner } from './coalmine-runner.ts';
export type { CoalmineRunnerProps } from './props.ts';
