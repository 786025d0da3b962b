// Plain JavaScript, so that even a Node that cannot read TypeScript gets as far as saying so.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(
    `Coalmine needs Node 24; this is ${process.version}, and the one that 'npm ci' brings is missing.`,
  );
  console.error(
    "Run 'npm ci' again, with scripts allowed (without --ignore-scripts), or install Node 24 or newer.",
  );
  process.exit(2);
}
await import('./start.ts');
