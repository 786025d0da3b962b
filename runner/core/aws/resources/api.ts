import { arnIn, type Resource } from './resource.ts';

/** An API of API Gateway, given by its URL; one with a host of its own may be any. */
export const api = {
  name: 'api',
  label: 'API',
  service: 'execute-api',
  arn: { type: '' },
  policyArn: (url: string, here: string): string => {
    const [, id = '*', region = here] = /^https:\/\/([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\./.exec(url) ?? [];
    return arnIn(api, `${id}/*`, { region });
  },
} as const satisfies Resource;
