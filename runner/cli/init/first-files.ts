import { posix } from 'node:path';
import { SCHEMA_FILES } from '../files/schema-files.ts';
import type { Answers } from './answers.ts';
import { yamlText } from './yaml-text.ts';

/** The text of a project file, whose schema lies in the folder of the canaries. */
export function projectFile({ project, env, region, folder }: Answers): string {
  return `# yaml-language-server: $schema=./${posix.join(folder, SCHEMA_FILES.project)}
project: ${yamlText(project)}
environments:
  ${yamlText(env)}:
    region: ${region}
env: []                      # environment variables that files may read: [API_URL]
# taps:                      # buses and topics that canaries can wait for
#   - bus: orders
# channels:                  # where notices can be sent
#   team: { slack: "\${secret:canary/slack#url}" }
`;
}

/** The text of a first canary, which needs no credentials. A site without TLS has no certificate to check. */
export function firstCanary({ owner, url }: Answers): string {
  const certificate = `
  - name: The certificate lasts two more weeks
    http: HEAD \${site}
    response:
      certificate:
        daysLeft:
          $above: 14
`;
  return `# yaml-language-server: $schema=./${SCHEMA_FILES.canary}
canary: site-is-up
description: The site answers, and quickly.
owner: ${yamlText(owner)}

# schedule:                  # for watch, and for a deployed stack
#   every: 5m
# alert:                     # a channel of the project file
#   to: [team]

vars:
  site: ${yamlText(url)}

steps:
  - name: The home page answers
    http: GET \${site}
    response:
      status: 200
      time:
        $below: 2s
${url.startsWith('https:') ? certificate : ''}
# throughout:                # what must never appear, whichever step fails
#   - never: message
#     queue: orders-dlq
#     for: 10s
`;
}
