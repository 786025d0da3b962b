import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { startLocalAws } from '../../infra/local-aws/index.ts';
import { main } from '../../runner/cli/main.ts';
import { EXIT, type Io } from '../../runner/cli/setup/io.ts';
import { exitOnCrash, guardOutput, processIo } from '../../runner/cli/setup/process-io.ts';
import { BREAKS } from './breaks.ts';
import { deployShop } from './deploy.ts';

interface DemoOptions {
  readonly break?: string;
  readonly stay?: boolean;
  readonly listBreaks?: boolean;
  readonly port?: number;
}

const CANARIES = 'canaries/shop';

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function listBreaks(): void {
  for (const [name, { summary }] of Object.entries(BREAKS)) print(`  ${name.padEnd(16)} ${summary}`);
}

/** `npm start`: a small AWS and the shop on this machine, its taps, its canaries, and their results. */
async function start(options: DemoOptions): Promise<number> {
  const broken = options.break === undefined ? undefined : BREAKS[options.break];
  const io = processIo();
  const { port } = options;
  const aws = await startLocalAws(port === undefined ? {} : { port }).catch(
    (thrown: NodeJS.ErrnoException) => {
      if (port === undefined || thrown.syscall !== 'listen') throw thrown;
      print(
        `Port ${port} cannot be used (${thrown.code}). Choose another one: --port 4570, or leave it out.`,
      );
    },
  );
  if (aws === undefined) return EXIT.usage;
  print(`local AWS    ${aws.url}  (EventBridge, Lambda, DynamoDB, SNS, SQS; nothing leaves this machine)`);
  const shop = await deployShop(aws, broken);
  print(
    `shop         ${shop.variables['SHOP_API_URL']}  ${broken === undefined ? 'in good order' : `broken: ${broken.summary}`}`,
  );
  const env = { ...process.env, ...shop.variables };
  const taps: string[] = [];
  const made = await main(
    ['tap', CANARIES, '--env', 'local'],
    { ...io, env, stdout: { write: (text) => void taps.push(text) } },
    '',
  );
  print(`taps         ${taps.join('').trim().split('\n').length} made, on the shop's bus and topic`);
  print(`canaries     ${CANARIES}\n`);
  const code = made === 0 ? await main(['run', CANARIES, '--env', 'local'], { ...io, env }, '') : made;
  if (options.stay === true && code !== EXIT.interrupted) await stay(aws.url, shop.variables, io);
  await aws.close();
  return code;
}

async function stay(url: string, variables: Readonly<Record<string, string>>, io: Io): Promise<void> {
  print('\nEverything stays up until Ctrl-C. In another terminal:\n');
  const exports = {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    ...variables,
  };
  for (const [name, value] of Object.entries(exports)) print(`  export ${name}=${value}`);
  print(`\n  npx coalmine run ${CANARIES}\n`);
  const { promise, resolve } = Promise.withResolvers<void>();
  const stopListening = io.onInterrupt({ message: 'Ending.', act: resolve });
  await promise;
  stopListening();
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('write a whole number up to 65535');
}

const output = guardOutput();
exitOnCrash((thrown) => console.error(thrown));
const demo = new Command('npm start --')
  .description('Starts a small AWS, a shop and its canaries on this machine, and runs the canaries.')
  .addOption(new Option('--break <name>', 'break the shop in one way').choices(Object.keys(BREAKS)))
  .option('--list-breaks', 'list the ways to break the shop, and start nothing')
  .option('--stay', 'leave everything running until Ctrl-C')
  .option('--port <number>', 'the port of the small AWS; any free one when left out', portOf)
  .exitOverride()
  .showHelpAfterError();
try {
  const options: DemoOptions = demo.parse().opts();
  if (options.listBreaks === true) listBreaks();
  const code = options.listBreaks === true ? EXIT.good : await start(options);
  process.exitCode = await output.exitCode(code, 'run');
} catch (thrown) {
  if (!(thrown instanceof CommanderError)) throw thrown;
  process.exitCode = await output.exitCode(thrown.exitCode === 0 ? EXIT.good : EXIT.usage, '--help');
}
