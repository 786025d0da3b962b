/**
 * JavaScript that any Node can read: it ends or throws with one line if this Node is older than a package needs. The line names the
 * remedies.
 */
export function refuseOldNode(name: string, major: number, refuse: 'exit' | 'throw'): string {
  const remedy =
    `Install Node ${major} (in CI too), or add it to your repository, where npx and npm run use it: ` +
    `npm install --save-dev node@${major}`;
  const line = `'${name} needs Node ${major} or newer; this is ' + process.versions.node + '. ${remedy}'`;
  const refusal = {
    exit: `console.error(${line});\n  process.exit(2);`,
    throw: `throw new Error(${line});`,
  };
  return `if (Number(process.versions.node.split('.')[0]) < ${major}) {\n  ${refusal[refuse]}\n}\n`;
}
