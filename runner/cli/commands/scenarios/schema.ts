import * as nouns from '../../../kinds/nouns/table.ts';
import * as verbs from '../../../kinds/verbs/table.ts';
import { canarySchema } from '../../../load/index.ts';
import { EXIT, type Io } from '../../setup/io.ts';

/** `coalmine schema`: the JSON Schema of canary files, for editors. */
export function schema(io: Io): number {
  io.stdout.write(`${JSON.stringify(canarySchema({ verbs, nouns }), null, 2)}\n`);
  return EXIT.good;
}
