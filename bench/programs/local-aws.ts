import { startLocalAws } from '../../infra/local-aws/index.ts';
import { untilInputEnds } from './until-input-ends.ts';

const { url, region } = await startLocalAws();
process.stdout.write(`${JSON.stringify({ url, region })}\n`);
untilInputEnds();
