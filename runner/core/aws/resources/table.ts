export { bucket } from './bucket.ts';
export { bus } from './bus.ts';
export { lambdaFunction as function } from './function.ts';
export { itemTable as table } from './item-table.ts';
export { logGroup } from './log-group.ts';
export { queue } from './queue.ts';
export { stateMachine } from './state-machine.ts';
export { stream } from './stream.ts';
export { topic } from './topic.ts';
