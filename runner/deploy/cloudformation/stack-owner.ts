import type { Fleet } from '../../engine/fleet-context.ts';
import type { DeployedStackState } from './stack-api.ts';

/**
 * The reason why a fleet may not take over a deployed stack, with its remedy; undefined if the stack is the fleet's own. A stack of an
 * earlier version has the output of its table only, and is taken for the fleet's own.
 */
export function refusalOf(
  stack: string,
  { project, environment }: Pick<Fleet, 'project' | 'environment'>,
  { outputs }: DeployedStackState,
  remedy = 'Nothing was changed. Deploy under another name: --stack NAME.',
): string | undefined {
  if (outputs['StateTable'] === undefined)
    return `The stack ${stack} is not one of Coalmine: it has no output 'StateTable'. ${remedy}`;
  const { Project = project.name, Environment = environment.name } = outputs;
  if (Project === project.name && Environment === environment.name) return undefined;
  return (
    `The stack ${stack} runs the canaries of project ${Project} in environment ${Environment}, ` +
    `and not those of project ${project.name} in environment ${environment.name}. ${remedy}`
  );
}
