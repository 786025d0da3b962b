import { readFileSync } from 'node:fs';

const { engines } = /** @type {{ readonly engines: { readonly node: string } }} */ (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
);

/** The reason why this process cannot run the tests, and the remedy; undefined if it can. */
function problem() {
  const { node } = process.versions;
  if (Number.parseInt(node, 10) < Number(/\d+/.exec(engines.node)?.[0]))
    return `Node is ${node}, but the tests need ${engines.node}. Run 'npm ci', which installs it, then 'npm test'.`;
  return undefined;
}

/** Ends jest with that reason as its only line, if there is one. Other tools that read jest's settings go on. */
export function requireNode() {
  const isJest = /[\\/]jest(\.js)?$/.test(process.argv[1] ?? '');
  const found = isJest ? problem() : undefined;
  if (found === undefined) return;
  process.stderr.write(`${found}\n`);
  process.exit(1);
}
