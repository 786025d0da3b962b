import { notHere, Refusal } from '../protocol/refusal.ts';
import type { Answer } from './queues.ts';

/** CloudFormation, reduced to the outputs of stacks. It deploys nothing: stacks are registered. */
export interface Stacks {
  /** Makes a stack known, or its outputs others. */
  register(name: string, outputs: Readonly<Record<string, string>>): void;
  /** A call of CloudFormation's query protocol. */
  query(form: URLSearchParams): Answer;
}

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';
const KEYS: readonly string[] = ['Action', 'Version', 'StackName'];
/** The version of CloudFormation's protocol, which distinguishes its calls from those of SNS. */
export const STACKS_VERSION = '2010-05-15';

/** Starts a CloudFormation without stacks. */
export function startStacks(region: string, account: string): Stacks {
  const all = new Map<string, Readonly<Record<string, string>>>();
  const idOf = (name: string): string => `arn:aws:cloudformation:${region}:${account}:stack/${name}/local`;
  const described = (name: string, outputs: Readonly<Record<string, string>>): string =>
    `<member><StackName>${xml(name)}</StackName><StackId>${xml(idOf(name))}</StackId>` +
    `<StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime>` +
    `<Outputs>${Object.entries(outputs).map(output).join('')}</Outputs></member>`;
  return {
    register: (name, outputs) => void all.set(name, outputs),
    query: (form) => {
      if (form.get('Action') !== 'DescribeStacks')
        throw notHere('CloudFormation', form.get('Action') ?? 'calls without an action');
      const other = [...form.keys()].find((key) => !KEYS.includes(key));
      if (other !== undefined) throw notHere('CloudFormation', `DescribeStacks with ${other}`);
      const asked = form.get('StackName');
      const found = [...all].filter(([name]) => asked === null || asked === name || asked === idOf(name));
      if (asked !== null && found.length === 0)
        throw new Refusal('ValidationError', `Stack with id ${asked} does not exist`);
      const members = found.map(([name, outputs]) => described(name, outputs)).join('');
      return {
        status: 200,
        type: 'text/xml',
        body: `<DescribeStacksResponse xmlns="${NAMESPACE}"><DescribeStacksResult><Stacks>${members}</Stacks></DescribeStacksResult></DescribeStacksResponse>`,
      };
    },
  };
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

function xml(text: string): string {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}
