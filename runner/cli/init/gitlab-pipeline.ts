import { shellWord } from '../../core/base/format.ts';
import type { Pipeline } from './pipeline.ts';

/** Jobs for GitLab CI: they validate on merge requests, deploy the stack from the default branch, and then run the canaries. */
export function gitlabPipeline(pipeline: Pipeline): string {
  const { name, manager, installIn } = pipeline;
  return `# Canaries of Coalmine. This file is yours: 'coalmine init' wrote it once.
# The CI/CD variable COALMINE_ROLE is the ARN of an AWS role that trusts the default branch of this project (OIDC).
# COALMINE_RUN_ROLE, if it is set, is a role with fewer rights, for the job '${name}-run'.
.${name}:
  image: node:24
  before_script:
${commands(installIn, [...manager.prepare, manager.install])}
${signedIn(pipeline)}
${jobs(pipeline)}`;
}

function signedIn({ name, region }: Pipeline): string {
  return `.${name}-on-aws:
  extends: .${name}
  id_tokens:
    AWS_ID_TOKEN:
      aud: sts.amazonaws.com
  variables:
    AWS_REGION: ${region}
    AWS_ROLE_ARN: $COALMINE_ROLE
    AWS_ROLE_SESSION_NAME: coalmine-$CI_PIPELINE_ID
    AWS_WEB_IDENTITY_TOKEN_FILE: /tmp/aws-id-token
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
`;
}

function jobs({ name, env, coalmine, paths, workIn }: Pipeline): string {
  const signIn = 'printf %s "$AWS_ID_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE"';
  const report = workIn === '' ? 'canaries.xml' : `${workIn}/canaries.xml`;
  return `# Each merge request: no network, no credentials.
${name}-validate:
  extends: .${name}
  stage: test
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  script:
${commands(workIn, [`${coalmine} validate${paths}`])}
# The default branch: the stack that runs the canaries by their schedules.
${name}-deploy:
  extends: .${name}-on-aws
  stage: deploy
  resource_group: ${name}-deploy
  script:
${commands(workIn, [signIn, `${coalmine} deploy${paths} --env ${env}`])}
# After the deployment of the application: each canary once.
${name}-run:
  extends: .${name}-on-aws
  stage: .post
  script:
${commands(workIn, [RUN_ROLE, signIn, `${coalmine} run${paths} --env ${env} --reporter junit:canaries.xml`])}  artifacts:
    when: always
    reports:
      junit: ${JSON.stringify(report)}
`;
}

const RUN_ROLE = 'export AWS_ROLE_ARN="${COALMINE_RUN_ROLE:-$AWS_ROLE_ARN}"';

/** Commands in a folder of the repository, as elements of a list. */
function commands(folder: string, all: readonly string[]): string {
  const lines = folder === '' ? all : [`cd "$CI_PROJECT_DIR"/${shellWord(folder)}`, ...all];
  return lines.map((line) => `    - ${/: | #/.test(line) ? JSON.stringify(line) : line}\n`).join('');
}
