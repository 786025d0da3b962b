import { randomUUID } from 'node:crypto';
import { ExecutionError, StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import type { Json } from '../events/event-pattern.ts';
import { notHere, Refusal } from '../protocol/refusal.ts';
import type { Functions } from '../services/functions.ts';
import { type Callbacks, startCallbacks } from './callbacks.ts';

type Body = Readonly<Record<string, Json>>;

/** Step Functions: Standard state machines, whose tasks are Lambda functions, or send a token and wait for its answer. */
export interface StepFunctions {
  call(operation: string, body: Body): Promise<Json>;
  close(): void;
}

interface Machine {
  readonly arn: string;
  /** The definition as it was written: the interpreter adds to it. */
  readonly text: string;
  readonly definition: StateMachineDefinition;
  readonly interpreter: StateMachine;
  readonly executions: Execution[];
}

interface Execution {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
  readonly startDate: number;
  status: string;
  output?: string;
  error?: string;
  cause?: string;
  stopDate?: number;
  /** Its history, as GetExecutionHistory gives it; no part of the execution itself. */
  readonly history: JsonEvent[];
}

type Events = ReturnType<StateMachine['run']>['eventLogs'];
type JsonEvent = { readonly [name: string]: Json };

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Parameters?: Readonly<Record<string, Json>>;
}

/** The services that tasks call. */
export interface Called {
  readonly functions: Functions;
  /** Sends a message to a queue by its URL. */
  sendMessage(queueUrl: string, body: string): Promise<void>;
}

/** Starts it without state machines. */
export function startStepFunctions(region: string, account: string, called: Called): StepFunctions {
  const callbacks = startCallbacks();
  const machines = new Map<string, Machine>();
  const machineOf = (body: Body): Machine => machineNamed(String(body['stateMachineArn']), machines);
  const operations: Readonly<Record<string, (body: Body) => Json>> = {
    CreateStateMachine: (body) => {
      const name = String(body['name']);
      const arn = `arn:aws:states:${region}:${account}:stateMachine:${name}`;
      if (body['type'] === 'EXPRESS') throw notHere('Step Functions', 'Express state machines');
      const text = String(body['definition']);
      machines.set(arn, { arn, text, ...readDefinition(text), executions: [] });
      return { stateMachineArn: arn, creationDate: Date.now() / 1_000 };
    },
    DescribeStateMachine: (body) => viewOf(machineOf(body), account),
    StartExecution: (body) => {
      const execution = start(machineOf(body), body, { ...called, callbacks });
      return { executionArn: execution.executionArn, startDate: execution.startDate };
    },
    DescribeExecution: (body) => {
      const { history: _, ...view } = executionNamed(String(body['executionArn']), machines);
      return view;
    },
    GetExecutionHistory: (body) => ({
      events: executionNamed(String(body['executionArn']), machines).history.map((event, at) => ({
        id: at + 1,
        previousEventId: at,
        ...event,
      })),
    }),
    ...callbacks.operations,
    ListExecutions: (body) => ({ executions: machineOf(body).executions.toReversed().map(listed) }),
  };
  return {
    call: async (operation, body) => {
      const work = operations[operation];
      if (work === undefined) throw notHere('Step Functions', operation);
      return work(body);
    },
    close: () => callbacks.close(),
  };
}

function listed({ executionArn, stateMachineArn, name, status, startDate, stopDate }: Execution) {
  return {
    executionArn,
    stateMachineArn,
    name,
    status,
    startDate,
    ...(stopDate === undefined ? {} : { stopDate }),
  };
}

function viewOf({ arn, text }: Machine, account: string): Json {
  return {
    stateMachineArn: arn,
    name: arn.split(':').at(-1) ?? '',
    status: 'ACTIVE',
    type: 'STANDARD',
    definition: text,
    roleArn: `arn:aws:iam::${account}:role/any`,
    creationDate: 0,
  };
}

function machineNamed(arn: string, machines: ReadonlyMap<string, Machine>): Machine {
  const found = machines.get(arn);
  if (found !== undefined) return found;
  throw new Refusal('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}

function executionNamed(arn: string, machines: ReadonlyMap<string, Machine>): Execution {
  const all = [...machines.values()].flatMap(({ executions }) => executions);
  const found = all.find(({ executionArn }) => executionArn === arn);
  if (found !== undefined) return found;
  throw new Refusal('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
}

/** A definition that behaves here as on AWS: features unknown to the interpreter are refused, not ignored. */
function readDefinition(text: string): Pick<Machine, 'definition' | 'interpreter'> {
  const definition = JSON.parse(text) as StateMachineDefinition & { readonly QueryLanguage?: string };
  if (text.includes('"JSONata"')) throw notHere('Step Functions', 'with JSONata');
  for (const [name, state] of statesOf(definition)) {
    if (state.Type === 'Task' && functionOf(state) === undefined && state.Resource !== SQS_CALLBACK)
      throw notHere('Step Functions', `a task in ${String(state.Resource)} (state '${name}')`);
  }
  if (statesOf(definition).filter(([, { Resource = '' }]) => isCallback(Resource)).length > 1)
    throw notHere('Step Functions', 'several tasks with a callback in one state machine');
  try {
    // The interpreter checks a definition once at construction, which takes much longer than a run.
    return { definition, interpreter: new StateMachine(definition) };
  } catch (thrown) {
    throw new Refusal('InvalidDefinition', thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function statesOf(definition: StateMachineDefinition): readonly (readonly [string, State])[] {
  return Object.entries(definition.States as unknown as Readonly<Record<string, State>>);
}

const LAMBDA = 'arn:aws:states:::lambda:invoke';
const CALLBACK = '.waitForTaskToken';
const SQS_CALLBACK = `arn:aws:states:::sqs:sendMessage${CALLBACK}`;

function isCallback(resource: string): boolean {
  return resource.endsWith(CALLBACK);
}

/** The function that a task calls, directly or by the Lambda integration. */
function functionOf({ Resource = '', Parameters = {} }: State): string | undefined {
  const arn = Resource.replace(CALLBACK, '') === LAMBDA ? String(Parameters['FunctionName']) : Resource;
  return /^arn:[^:]+:lambda:[^:]+:[^:]+:function:([^:]+)/.exec(arn)?.[1];
}

interface Running extends Called {
  readonly callbacks: Callbacks;
}

function start(machine: Machine, body: Body, called: Running): Execution {
  const name = String(body['name'] ?? randomUUID());
  const input = String(body['input'] ?? '{}');
  const known = machine.executions.find((one) => one.name === name);
  if (known !== undefined) {
    if (known.status === 'RUNNING' && known.input === input) return known;
    throw new Refusal('ExecutionAlreadyExists', `Execution Already Exists: '${known.executionArn}'`);
  }
  const execution: Execution = {
    executionArn: `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`,
    stateMachineArn: machine.arn,
    name,
    input,
    startDate: Date.now() / 1_000,
    status: 'RUNNING',
    history: [],
  };
  machine.executions.push(execution);
  void run(machine, execution, called);
  return execution;
}

async function run(
  { definition, interpreter }: Machine,
  execution: Execution,
  called: Running,
): Promise<void> {
  const tasks = statesOf(definition).filter(([, state]) => state.Type === 'Task');
  const token = called.callbacks.newToken();
  const handlers = tasks.map(([name, state]) => [
    name,
    async (given: unknown) => {
      const result = await perform(state, given as Body, called);
      return isCallback(state.Resource ?? '') ? called.callbacks.answerTo(token) : result;
    },
  ]);
  const overrides = { taskResourceLocalHandlers: Object.fromEntries(handlers) as never };
  const context = { Execution: { Id: execution.executionArn, Name: execution.name }, Task: { Token: token } };
  try {
    const { result, eventLogs } = interpreter.run(JSON.parse(execution.input) as never, {
      overrides,
      context,
    });
    void keepHistory(eventLogs, execution);
    execution.output = JSON.stringify(await result);
    execution.status = 'SUCCEEDED';
  } catch (thrown) {
    execution.status = 'FAILED';
    const fault = thrown instanceof ExecutionError ? thrown.cause : thrown;
    execution.error = Error.isError(fault) ? fault.name : 'States.Runtime';
    execution.cause = Error.isError(fault) ? fault.message : String(fault);
  }
  execution.stopDate = Date.now() / 1_000;
}

/** Does the work of a task: calls its function, or sends its message. */
async function perform(state: State, given: Body, { functions, sendMessage }: Running): Promise<unknown> {
  const { Resource = '' } = state;
  if (Resource === SQS_CALLBACK) {
    const { QueueUrl, MessageBody = null } = given;
    return sendMessage(
      String(QueueUrl),
      typeof MessageBody === 'string' ? MessageBody : JSON.stringify(MessageBody),
    );
  }
  const isIntegration = Resource.replace(CALLBACK, '') === LAMBDA;
  const result = await functions.invoke(functionOf(state) ?? '', isIntegration ? given['Payload'] : given);
  return isIntegration ? { Payload: result, StatusCode: 200 } : result;
}

/** The events of the interpreter by the names that Step Functions gives them (Step Functions API, HistoryEvent). */
async function keepHistory(events: Events, { history }: Execution): Promise<void> {
  for await (const event of events) {
    const entry = { timestamp: event.timestamp / 1_000 };
    if (event.type === 'StateEntered' || event.type === 'StateExited') {
      const details = event.type === 'StateEntered' ? 'stateEnteredEventDetails' : 'stateExitedEventDetails';
      const type = `${event.state.type}${event.type}`;
      history.push({ ...entry, type, [details]: { name: event.state.name } });
    } else if (event.type === 'ExecutionFailed') {
      const error = event.Error ?? 'States.Runtime';
      history.push({
        ...entry,
        type: event.type,
        executionFailedEventDetails: { error, cause: String(event.Cause ?? '') },
      });
    } else if (event.type === 'ExecutionStarted' || event.type === 'ExecutionSucceeded') {
      history.push({ ...entry, type: event.type });
    }
  }
}
