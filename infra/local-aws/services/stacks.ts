import { notHere, Refusal } from '../protocol/refusal.ts';
import type { Answer } from './queues.ts';

/** A resource of a registered stack. */
export interface RegisteredResource {
  readonly type: string;
  /** Absent while the resource is being made. */
  readonly physicalId?: string;
  /** True for a resource that was deleted, and that the stack still lists. */
  readonly isDeleted?: true;
}

/** CloudFormation, reduced to the outputs and resources of stacks. It deploys nothing: stacks are registered. */
export interface Stacks {
  /** Makes a stack known, or its outputs and resources others. Resources are named by their logical ids. */
  register(
    name: string,
    outputs: Readonly<Record<string, string>>,
    resources?: Readonly<Record<string, RegisteredResource>>,
  ): void;
  /** A call of CloudFormation's query protocol. */
  query(form: URLSearchParams): Answer;
}

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';
/** A page of resources; AWS has 100 on one, and a stack of tests has fewer. */
const PAGE = 3;
/** The version of CloudFormation's protocol, which distinguishes its calls from those of SNS. */
export const STACKS_VERSION = '2010-05-15';

interface RegisteredStack {
  readonly name: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, RegisteredResource>>;
}

/** Starts a CloudFormation without stacks. */
export function startStacks(region: string, account: string): Stacks {
  const all = new Map<string, RegisteredStack>();
  const idOf = (name: string): string => `arn:aws:cloudformation:${region}:${account}:stack/${name}/local`;
  const named = (asked: string): RegisteredStack => {
    const found = [...all.values()].find(({ name }) => asked === name || asked === idOf(name));
    if (found === undefined) throw new Refusal('ValidationError', `Stack with id ${asked} does not exist`);
    return found;
  };
  const described = ({ name, outputs }: RegisteredStack): string =>
    `<member><StackName>${xml(name)}</StackName><StackId>${xml(idOf(name))}</StackId>` +
    `<StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime>` +
    `<Outputs>${Object.entries(outputs).map(output).join('')}</Outputs></member>`;
  const answers: Readonly<Record<string, (form: URLSearchParams) => string>> = {
    DescribeStacks: (form) => {
      refuseOthers(form, ['StackName']);
      const asked = form.get('StackName');
      const found = asked === null ? [...all.values()] : [named(asked)];
      return `<Stacks>${found.map(described).join('')}</Stacks>`;
    },
    ListStackResources: (form) => {
      refuseOthers(form, ['StackName', 'NextToken']);
      const entries = Object.entries(named(form.get('StackName') ?? '').resources);
      const from = Number(form.get('NextToken') ?? 0);
      const members = entries
        .slice(from, from + PAGE)
        .map(resource)
        .join('');
      const next = from + PAGE < entries.length ? `<NextToken>${from + PAGE}</NextToken>` : '';
      return `<StackResourceSummaries>${members}</StackResourceSummaries>${next}`;
    },
  };
  return {
    register: (name, outputs, resources = {}) => void all.set(name, { name, outputs, resources }),
    query: (form) => {
      const action = form.get('Action') ?? 'calls without an action';
      const answer = answers[action];
      if (answer === undefined) throw notHere('CloudFormation', action);
      const body = `<${action}Response xmlns="${NAMESPACE}"><${action}Result>${answer(form)}</${action}Result></${action}Response>`;
      return { status: 200, type: 'text/xml', body };
    },
  };
}

function refuseOthers(form: URLSearchParams, known: readonly string[]): void {
  const other = [...form.keys()].find((key) => !['Action', 'Version', ...known].includes(key));
  if (other !== undefined) throw notHere('CloudFormation', `${form.get('Action')} with ${other}`);
}

/** A refusal in the form of the query protocol. */
export function refusalInXml({ code, message, status }: Refusal): Answer {
  const fault = status >= 500 ? 'Receiver' : 'Sender';
  return {
    status,
    type: 'text/xml',
    body: `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>${fault}</Type><Code>${xml(code)}</Code><Message>${xml(message)}</Message></Error></ErrorResponse>`,
  };
}

function output([key, value]: readonly [string, string]): string {
  return `<member><OutputKey>${xml(key)}</OutputKey><OutputValue>${xml(value)}</OutputValue></member>`;
}

function resource([logicalId, { type, physicalId, isDeleted }]: readonly [
  string,
  RegisteredResource,
]): string {
  const id = physicalId === undefined ? '' : `<PhysicalResourceId>${xml(physicalId)}</PhysicalResourceId>`;
  const made = physicalId === undefined ? 'CREATE_IN_PROGRESS' : 'CREATE_COMPLETE';
  const status = isDeleted === true ? 'DELETE_COMPLETE' : made;
  return `<member><LogicalResourceId>${xml(logicalId)}</LogicalResourceId>${id}<ResourceType>${xml(type)}</ResourceType><ResourceStatus>${status}</ResourceStatus><LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp></member>`;
}

function xml(text: string): string {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}
