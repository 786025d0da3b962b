import * as channels from '../reporters/notifications/table.ts';
import * as reporters from '../reporters/registry/table.ts';
import type { Kinds } from './kinds/kind.ts';
import * as nouns from './kinds/nouns/table.ts';
import * as verbs from './kinds/verbs/table.ts';

/** All verbs, nouns, kinds of channels and reporters, by the names that files use. */
export const KINDS: Kinds = { verbs, nouns, channels, reporters };
