import type { Kinds } from './kinds/kind.ts';
import * as nouns from './kinds/nouns/table.ts';
import * as verbs from './kinds/verbs/table.ts';

/** All verbs and nouns, by the names that scenario files use. */
export const KINDS: Kinds = { verbs, nouns };
