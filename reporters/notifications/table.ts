export { eventbridge } from './eventbridge.ts';
export { pagerduty } from './pagerduty.ts';
export { slack } from './slack.ts';
export { sns } from './sns.ts';
export { webhook } from './webhook.ts';
