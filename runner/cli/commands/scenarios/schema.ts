import { canarySchema } from '../../../load/index.ts';
import { KINDS } from '../../../registry.ts';
import { EXIT, type Io } from '../../setup/io.ts';

/** `coalmine schema`: the JSON Schema of canary files, for editors. */
export function schema(io: Io): number {
  io.stdout.write(`${JSON.stringify(canarySchema(KINDS), null, 2)}\n`);
  return EXIT.good;
}
