export { lambdaFunction as function } from './function.ts';
export { stack } from './stack.ts';
