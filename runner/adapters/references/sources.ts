import type { Source, SourceScheme } from './source.ts';
import * as table from './table.ts';

/** Every source in AWS, by the word before the colon. */
export const SOURCES: Readonly<Record<SourceScheme, Source>> = table;
