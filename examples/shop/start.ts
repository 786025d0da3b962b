import { hostname, userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { startLocalAws } from '../../infra/local-aws/index.ts';
import { main } from '../../runner/cli/main.ts';
import type { Io } from '../../runner/cli/setup/io.ts';
import { didYouMean } from '../../runner/core/base/did-you-mean.ts';
import { BREAKS } from './breaks.ts';
import { deployShop } from './deploy.ts';

/** `npm start`: a small AWS and the shop on this machine, its taps, its canaries, and their results. */
const { values: options } = parseArgs({
  options: {
    break: { type: 'string' },
    stay: { type: 'boolean', default: false },
    'list-breaks': { type: 'boolean', default: false },
    port: { type: 'string' },
  },
});

const CANARIES = 'canaries/shop';

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function listBreaks(): void {
  for (const [name, { summary }] of Object.entries(BREAKS)) say(`  ${name.padEnd(16)} ${summary}`);
}

async function start(): Promise<number> {
  const broken = options.break === undefined ? undefined : BREAKS[options.break];
  if (options.break !== undefined && broken === undefined) {
    const meant = didYouMean(options.break, Object.keys(BREAKS));
    say(
      `There is no break '${options.break}'.${meant === undefined ? '' : ` Did you mean '${meant}'?`} There are:`,
    );
    listBreaks();
    return 2;
  }
  const aws = await startLocalAws(options.port === undefined ? {} : { port: Number(options.port) });
  say(`local AWS    ${aws.url}  (EventBridge, Lambda, DynamoDB, SNS, SQS; nothing leaves this machine)`);
  const shop = await deployShop(aws, broken);
  say(
    `shop         ${shop.variables['SHOP_API_URL']}  ${broken === undefined ? 'in good order' : `broken: ${broken.summary}`}`,
  );
  const env = { ...process.env, ...shop.variables };
  const taps: string[] = [];
  const made = await main(
    ['tap', CANARIES, '--env', 'local'],
    ioWith(env, { write: (text) => void taps.push(text) }),
    '',
  );
  say(`taps         ${taps.join('').trim().split('\n').length} made, on the shop's bus and topic`);
  say(`canaries     ${CANARIES}\n`);
  const code =
    made === 0 ? await main(['run', CANARIES, '--env', 'local'], ioWith(env, process.stdout), '') : made;
  if (options.stay) await stay(aws.url, shop.variables);
  await aws.close();
  return code;
}

function ioWith(env: Io['env'], stdout: Io['stdout']): Io {
  return {
    stdout,
    stderr: process.stderr,
    env,
    cwd: process.cwd(),
    who: { user: userInfo().username, host: hostname(), pid: process.pid },
    onInterrupt: (stage) => {
      const interrupted = (): void => stage?.act();
      process.once('SIGINT', interrupted);
      return () => void process.off('SIGINT', interrupted);
    },
  };
}

async function stay(url: string, variables: Readonly<Record<string, string>>): Promise<void> {
  say('\nEverything stays up until Ctrl-C. In another terminal:\n');
  const exports = {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    ...variables,
  };
  for (const [name, value] of Object.entries(exports)) say(`  export ${name}=${value}`);
  say(`\n  npx coalmine run ${CANARIES}\n`);
  await new Promise((resolve) => process.once('SIGINT', resolve));
}

if (options['list-breaks']) listBreaks();
else process.exitCode = await start();
