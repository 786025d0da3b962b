/** Prints the CPU time in milliseconds that the import of a module takes, above that of an empty one. */
const [, , path = '', empty = ''] = process.argv;

async function cpuMs(of: string): Promise<number> {
  const before = process.cpuUsage();
  await import(of);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

await cpuMs(`${empty}?first`); // the loader itself
const floor = await cpuMs(empty);
process.stdout.write(JSON.stringify((await cpuMs(path)) - floor));
