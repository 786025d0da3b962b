import { arnIn, type Resource } from './resource.ts';

/** An API of API Gateway, given by its URL. The URL of a host of its own does not name it. */
export const api = {
  name: 'api',
  label: 'API',
  service: 'execute-api',
  names: { pattern: /[a-z0-9]+/, character: /[a-z0-9]/, words: 'lower-case letters and digits' },
  arn: { type: '' },
  policyArn: (url: string): string | undefined => {
    const [, id, region] = /^https:\/\/([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\./.exec(url) ?? [];
    return id === undefined || region === undefined ? undefined : arnIn(api, `${id}/*`, { region });
  },
} as const satisfies Resource;
