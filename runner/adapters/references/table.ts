export { cf } from './cf.ts';
export { secret } from './secret.ts';
export { ssm } from './ssm.ts';
