/** The functions of the stack, each a file of runner/lambda. */
export const FUNCTIONS = ['tick', 'worker', 'tap-reader'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** The logical name of a function in the template, without its ending `Function`: `TapReader` of `tap-reader`. */
export function logicalNameOf(name: FunctionName): string {
  return name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
}
