import { policyArn, resourceOfAction } from '../core/aws/policy-arn.ts';
import { api } from '../core/aws/resources/api.ts';
import { type Resource as NamedResource, nameInArn, strangerIn } from '../core/aws/resources/resource.ts';
import { DefinitionError } from '../core/base/errors.ts';
import type { JsonMap } from '../core/base/json.ts';
import { type Piece, settledPieces } from '../core/expression/settled.ts';
import type { Reference } from '../core/expression/template.ts';
import type { Canary } from '../core/model/canary.ts';
import type { Environment } from '../core/model/project.ts';
import { EVERY_RESOURCE, type Permission } from '../kinds/kind.ts';
import type { StackParameters } from './stack-parameters.ts';

/** Resource of an action. Texts are in the language of CloudFormation's `Fn::Sub`. */
export interface Resource {
  readonly arn: string;
  /** If the value of a parameter may be a name: the ARN to write then instead of `arn`. */
  readonly ifName?: { readonly parameter: string; readonly arn: string };
  /** Words in the value of the parameter that are others in the resource. */
  readonly instead?: readonly [was: string, is: string];
}

/** Values of the names in a resource before any run. */
export interface NamedBy {
  readonly environment: Environment;
  /** The vars of the environment and of the canary. */
  readonly vars: JsonMap;
  readonly parameters: StackParameters;
  /** The user: a canary's name, or a channel's. */
  readonly by: string;
  readonly canary?: Pick<Canary, 'name' | 'steps' | 'cleanup'>;
}

/**
 * The resource of a permission: names become ARNs, and references become parameters. A part that only a run knows becomes a `*`, behind the
 * beginning of a name or below the resource. A name of which not even the beginning is known becomes a parameter.
 * @throws DefinitionError for a name with a character that the service does not have: it could grant more than it names.
 */
export function resourceOf(permission: Permission, named: NamedBy): Resource {
  const { action, resource, below, executions } = permission;
  if (resource === EVERY_RESOURCE) return { arn: '*' };
  const pieces = piecesIn(resource, named);
  const sort = resourceOfAction(action);
  refuseStrangers(pieces, sort);
  const written = pieces.map((piece) => textOf(piece, named)).join('');
  const [first] = pieces;
  const { region = REGION } = named.environment;
  const arn = beginsName(pieces, sort) ? policyArn(action, written, region) : undefined;
  if (arn === undefined) return unknown(permission, first, named);
  const ending = below === undefined ? '' : `/${belowOf(below, named)}`;
  if (typeof first !== 'object' || first.external === undefined) return endingIn(ending, { arn }, executions);
  const { name, isArn } = named.parameters.valueOf(first.external, named.by);
  if (isArn) return endingIn(ending, { arn: written }, executions);
  named.parameters.mayBeName(name);
  return endingIn(ending, { arn: written, ifName: { parameter: name, arn } }, executions);
}

/** True if a text names one resource before any run: each value in it is known, or is that of a parameter. */
export function isKnownBefore(text: string, named: NamedBy): boolean {
  return !piecesIn(text, named).some(isOpen);
}

const REGION = '${AWS::Region}';

function piecesIn(text: string, { environment, vars, canary }: NamedBy): readonly Piece[] {
  return settledPieces(
    text,
    environment,
    canary === undefined ? vars : { ...vars, canary: { name: canary.name } },
  );
}

/** A piece in the language of `Fn::Sub`. */
function textOf(piece: Piece, { parameters, by }: NamedBy): string {
  if (typeof piece === 'string') return piece;
  if (piece.external !== undefined) return `\${${parameters.nameOf(piece.external, by)}}`;
  return isRegion(piece) ? REGION : '*';
}

/** True for a mention of the region of an environment that names none: it is that of the stack. */
function isRegion({ name, path }: Reference): boolean {
  return name === 'env' && path[0] === 'region';
}

function isOpen(piece: Piece): piece is Reference {
  return typeof piece === 'object' && piece.external === undefined && !isRegion(piece);
}

/** Wildcards and variables of policies are among the characters that no name has. */
function refuseStrangers(pieces: readonly Piece[], sort: NamedResource | undefined): void {
  if (sort === api) return; // of its URL, only an id and a region go into a policy
  const literal = pieces.map((piece) => (typeof piece === 'string' ? piece : 'x')).join('');
  const mayBeAddress = typeof pieces[0] === 'object' || /^(?:arn:|https?:)/i.test(literal);
  const stranger = sort === undefined ? /[*?$]/.exec(literal)?.[0] : strangerIn(sort, literal, mayBeAddress);
  if (stranger === undefined) return;
  throw new DefinitionError(
    `'${literal}' holds '${stranger}', which no name of a ${sort?.label ?? 'resource'} has, so nothing is granted on it. Correct the name.`,
  );
}

/** True if the beginning of the name itself is known before a run, and not only that of its ARN or URL. */
function beginsName(pieces: readonly Piece[], sort: NamedResource | undefined): boolean {
  const open = pieces.findIndex(isOpen);
  const isKnown = open < 0;
  if (typeof pieces[0] === 'object') return isKnown; // a value from outside may be a name or a whole ARN
  const known = isKnown ? pieces : pieces.slice(0, open);
  const lead = known.map((piece) => (typeof piece === 'string' ? piece : 'x')).join('');
  if (sort === undefined) return lead !== '';
  if (/^https?:/i.test(lead)) return isKnown || /^https?:\/\/[^/]+\/(?:.*\/)?\d{12}\/[^/]+$/.test(lead);
  const name = nameInArn(sort.service, sort.arn.type, lead);
  return name !== '' && (name !== lead || !lead.startsWith('arn:'));
}

/** The text below a resource. Wildcards and variables in it are written so that IAM takes them as they are. */
function belowOf(below: string, named: NamedBy): string {
  return piecesIn(below, named)
    .map((piece) => (typeof piece === 'string' ? piece.replace(/[*?$]/g, '$${!$&}') : textOf(piece, named)))
    .join('');
}

/** The ARN of a state machine is that of its executions, but for a word. */
const EXECUTIONS = [':stateMachine:', ':execution:'] as const;

function endingIn(ending: string, { arn, ifName }: Resource, executions: true | undefined): Resource {
  const end = executions === true ? ':*' : ending;
  const [was, is] = EXECUTIONS;
  if (ifName === undefined) return { arn: `${executions === true ? arn.replace(was, is) : arn}${end}` };
  return {
    arn: `${arn}${end}`,
    ifName: { ...ifName, arn: `${ifName.arn}${end}` },
    ...(executions === true ? { instead: EXECUTIONS } : {}),
  };
}

/** An execution that a step above started or found belongs to its state machine; any other resource needs a parameter. */
function unknown({ action }: Permission, first: Piece | undefined, named: NamedBy): Resource {
  const name = typeof first === 'object' ? first.name : '';
  const steps = [...(named.canary?.steps ?? []), ...(named.canary?.cleanup ?? [])];
  const known = steps.find(
    (step) => step.save[name] !== undefined && step.input['stateMachine'] !== undefined,
  );
  const machine = known?.input['stateMachine'];
  if (action === 'states:DescribeExecution' && typeof machine === 'string')
    return resourceOf({ action, resource: machine, executions: true }, named);
  return { arn: `\${${named.parameters.unknown(action, named.by)}}` };
}
