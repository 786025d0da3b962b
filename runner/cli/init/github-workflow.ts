import type { Pipeline } from './pipeline.ts';
import { yamlText } from './yaml-text.ts';

/** A workflow for GitHub Actions: it validates on pull requests, deploys the stack from the main branch, and runs the canaries on demand. */
export function githubWorkflow(pipeline: Pipeline): string {
  const { name, branch, env } = pipeline;
  return `# Canaries of Coalmine. This file is yours: 'coalmine init' wrote it once.
# The repository variable COALMINE_ROLE is the ARN of an AWS role that trusts the main branch of this repository (OIDC).
# COALMINE_RUN_ROLE, if it is set, is a role with fewer rights, for the job 'run'.
name: ${name}

on:
  pull_request:
  push:
    branches: [${yamlText(branch)}]
  # After a deployment to ${env} by another tool, which reports it to GitHub.
  deployment_status:
  # By hand, or by the workflow that deploys the application:
  #   canaries: { needs: deploy, uses: ./.github/workflows/${name}.yml, permissions: { contents: read, id-token: write } }
  workflow_dispatch:
    inputs:
      environment: { type: string, default: ${yamlText(env)} }
  workflow_call:
    inputs:
      environment: { type: string, default: ${yamlText(env)} }

permissions:
  contents: read

jobs:
${validateJob(pipeline)}
${deployJob(pipeline)}
${runJob(pipeline)}`;
}

function validateJob(pipeline: Pipeline): string {
  const { coalmine, paths } = pipeline;
  return `  # Each pull request: no network, no credentials.
  validate:
    if: github.event_name == 'pull_request' && inputs.environment == ''
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
${install(pipeline)}${step(pipeline, 'Check the files', `${coalmine} validate${paths} --format github`)}`;
}

function deployJob(pipeline: Pipeline): string {
  const { name, env, coalmine, paths } = pipeline;
  return `  # The main branch: the stack that runs the canaries by their schedules.
  deploy:
    if: github.event_name == 'push' && inputs.environment == ''
    runs-on: ubuntu-latest
    timeout-minutes: 30
    concurrency: ${name}-deploy
${SIGNED_IN}    steps:
${install(pipeline)}${signIn(pipeline, 'vars.COALMINE_ROLE')}${step(pipeline, 'Deploy the stack', `${coalmine} deploy${paths} --env ${env}`)}`;
}

function runJob(pipeline: Pipeline): string {
  const { name, env, coalmine, paths, workIn } = pipeline;
  const reporters = '--reporter github --reporter junit:canaries.xml';
  const report = workIn === '' ? 'canaries.xml' : `${workIn}/canaries.xml`;
  return `  # After a deployment of the application: each canary once.
  run:
    if: >-
      inputs.environment != '' || (github.event_name == 'deployment_status' &&
      github.event.deployment_status.state == 'success' && github.event.deployment.environment == '${env}')
    runs-on: ubuntu-latest
    timeout-minutes: 30
${SIGNED_IN}    env:
      COALMINE_ENV: \${{ inputs.environment || '${env}' }}
    steps:
${install(pipeline, DEFAULT_BRANCH)}${signIn(pipeline, 'vars.COALMINE_RUN_ROLE || vars.COALMINE_ROLE')}${step(pipeline, 'Run the canaries', `${coalmine} run${paths} --env "$COALMINE_ENV" ${reporters}`)}      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: ${name}
          path: ${JSON.stringify(report)}
`;
}

const SIGNED_IN = `    permissions:
      contents: read
      id-token: write # for the sign-in to AWS, without a stored key
`;

/** The default branch after a deployment, whatever commit was deployed; else the commit of the event. */
const DEFAULT_BRANCH = `          ref: \${{ github.event_name == 'deployment_status' && github.event.repository.default_branch || '' }}
`;

function install({ manager, installIn }: Pipeline, ref = ''): string {
  return `      - uses: actions/checkout@v5
        with:
          persist-credentials: false
${ref}      - uses: actions/setup-node@v5
        with:
          node-version: 24
          package-manager-cache: false
${manager.prepare.map((command) => `      - run: ${command}\n`).join('')}      - name: Install what the lock file lists
        run: ${manager.install}
${workingIn(installIn)}`;
}

function signIn({ region }: Pipeline, role: string): string {
  return `      - uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: \${{ ${role} }}
          aws-region: ${region}
`;
}

function step({ workIn }: Pipeline, title: string, command: string): string {
  return `      - name: ${title}
        run: ${command}
${workingIn(workIn)}`;
}

function workingIn(folder: string): string {
  return folder === '' ? '' : `        working-directory: ${JSON.stringify(folder)}\n`;
}
