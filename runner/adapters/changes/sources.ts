import type { Changeable } from '../../core/compare/changeable.ts';
import type { ChangeSource } from './source.ts';
import * as table from './table.ts';

/** Every source of changes, by the type of the resource. */
export const CHANGE_SOURCES: Readonly<Record<Changeable['type'], ChangeSource>> = table;
