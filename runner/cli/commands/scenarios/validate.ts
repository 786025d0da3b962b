import { select } from '../../../runs/selection.ts';
import { staleSchemas } from '../../files/stale-schemas.ts';
import { VALIDATE_FORMATS, type ValidateFormat } from '../../output/format-diagnostics.ts';
import { EXIT, type Io } from '../../setup/io.ts';

export interface ValidateOptions {
  readonly format: ValidateFormat;
  /** The version of Coalmine. */
  readonly version: string;
}

/** `coalmine validate`: every fault of every file at once; it needs no network and no credentials. */
export async function validate(
  paths: readonly string[],
  { format, version }: ValidateOptions,
  io: Io,
): Promise<number> {
  const { canaries, files, ...found } = await select(paths, io);
  const diagnostics = [...found.diagnostics, ...staleSchemas(files, io.cwd)];
  const names = canaries.map(({ canary }) => canary.name);
  io.stdout.write(VALIDATE_FORMATS[format]({ canaries: names, diagnostics, version }, io));
  return diagnostics.some(({ severity }) => severity === 'error') ? EXIT.usage : EXIT.good;
}
