import type { ExternalName } from '../../core/expression/reference.ts';
import { cf } from './cf.ts';
import { secret } from './secret.ts';
import type { Source } from './source.ts';
import { ssm } from './ssm.ts';

/** Every source in AWS, by the word before the colon. */
export const SOURCES: Readonly<Record<Exclude<ExternalName['scheme'], 'env'>, Source>> = { ssm, secret, cf };
