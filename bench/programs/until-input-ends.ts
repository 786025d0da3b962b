/** Ends the process with its input: also if the bench was killed. */
export function untilInputEnds(): void {
  process.stdin.resume().on('end', () => process.exit(0));
}
