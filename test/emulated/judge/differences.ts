/** A test that one of the two AWSs does not pass, and why we live with it. */
export interface Difference {
  /** The AWS with that behaviour. */
  readonly aws: 'local AWS' | 'MiniStack';
  /** The file of the test, from the root. */
  readonly file: string;
  /** The test's title, below the name of the AWS if the suite has both. */
  readonly test: string;
  /** A part of the failure's message. */
  readonly shows: RegExp;
  readonly reason: string;
}

const FLOWS = 'test/emulated/flows.test.ts';
const VERBS = 'test/kinds/verbs.test.ts';
const NOUNS = 'test/kinds/nouns/nouns.test.ts';
const TRACES = 'test/adapters/traces/traces.test.ts';

/** Read in `_compile_filter_pattern` of its `services/cloudwatch_logs.py`, version 1.5.33; AWS: CloudWatch Logs user guide, "Filter pattern syntax". */
const NO_OPTIONAL_TERMS =
  'It has no optional terms: it wants every term, and takes the ? before one for any one character. AWS wants one of them, which is how all spellings of an id are asked for.';

/** Tests in one file that fail for one reason. */
function differences(
  { aws, file, shows, reason }: Omit<Difference, 'test'>,
  ...tests: readonly string[]
): readonly Difference[] {
  return tests.map((test) => ({ aws, file, test, shows, reason }));
}

const OURS: readonly Difference[] = [
  ...differences(
    {
      aws: 'local AWS',
      file: FLOWS,
      shows: /Event bus gone does not exist/,
      reason:
        'AWS drops such an event without a word. In a test or the demonstration it is a slip, which ours tells of.',
    },
    'EventBridge takes an event for a bus that is not there, and says nothing',
  ),
  ...differences(
    {
      aws: 'local AWS',
      file: FLOWS,
      shows: /Item": undefined/,
      reason:
        'dynalite does not know ReturnValuesOnConditionCheckFailure. The stores read the item themselves.',
    },
    'DynamoDB gives back the item over which a condition failed, where that was asked for',
  ),
  ...differences(
    {
      aws: 'local AWS',
      file: FLOWS,
      shows: /does not have Step Functions with JSONata/,
      reason: 'The interpreter does not know JSONata, and says so when the machine is made.',
    },
    'Step Functions speaks JSONata',
  ),
  ...differences(
    {
      aws: 'local AWS',
      file: FLOWS,
      shows: /does not have CloudWatch Logs filter patterns such as/,
      reason: 'Patterns of JSON fields are refused: the runner never sends one.',
    },
    'CloudWatch Logs finds by { $.id = "canary-2" } the lines [2]',
    'CloudWatch Logs finds by { $.id = "canary-1" } the lines []',
    'CloudWatch Logs finds by { $.n > 4 && $.level = "INFO" } the lines [2]',
  ),
];

const MINISTACK: readonly Difference[] = [
  ...differences(
    {
      aws: 'MiniStack',
      file: FLOWS,
      shows: /Expected: 1\s+Received: 0/,
      reason:
        'It takes any text for a detail. putEvent makes its detail of JSON, so none that it sends is malformed.',
    },
    'EventBridge takes no detail that is not JSON',
  ),
  ...differences(
    {
      aws: 'MiniStack',
      file: FLOWS,
      shows: /resolved instead of rejected/,
      reason:
        'It deletes a rule together with its targets. coalmine tap removes the targets first, as AWS wants it.',
    },
    'EventBridge keeps a rule that has targets',
  ),
  ...differences(
    {
      aws: 'MiniStack',
      file: FLOWS,
      shows: /\+ Array \[\]/,
      reason: NO_OPTIONAL_TERMS,
    },
    'CloudWatch Logs finds by ?ERROR ?canary-2 the lines [1, 2]',
    'CloudWatch Logs finds by ?"canary-1" ?"canary-2" the lines [0, 1, 2]',
  ),
  ...differences(
    {
      aws: 'MiniStack',
      file: FLOWS,
      shows: /\+ {3}"INFO canary-1 stored"/,
      reason: 'Its patterns of JSON fields match every line; so the log noun looks at each line itself.',
    },
    'CloudWatch Logs finds by { $.id = "canary-2" } the lines [2]',
    'CloudWatch Logs finds by { $.id = "canary-1" } the lines []',
    'CloudWatch Logs finds by { $.n > 4 && $.level = "INFO" } the lines [2]',
  ),
  ...differences(
    {
      aws: 'MiniStack',
      file: FLOWS,
      shows: /- {3}"clientContext": Object/,
      reason: 'It does not hand the client’s context to functions.',
    },
    'Lambda calls a function, with the client’s context, and gives its answer',
  ),
  ...differences(
    {
      aws: 'MiniStack',
      file: FLOWS,
      shows: /Runtime\.HandlerError/,
      reason: 'It calls every error Runtime.HandlerError, where AWS gives the error’s own name.',
    },
    'Lambda gives what a function threw, and the end of its log',
  ),
  ...differences(
    { aws: 'MiniStack', file: FLOWS, shows: /UnknownError/, reason: 'It has no X-Ray.' },
    'X-Ray gives back the segments of a trace',
  ),
];

const MINISTACK_KINDS: readonly Difference[] = [
  ...differences(
    {
      aws: 'MiniStack',
      file: VERBS,
      shows: /"clientContext": undefined/,
      reason: 'It does not hand the client’s context to functions.',
    },
    'what reaches the other end invoke, waiting: the payload with the ids, the client context, and the trace header of this run',
  ),
  ...differences(
    {
      aws: 'MiniStack',
      file: VERBS,
      shows: /Received has value: undefined/,
      reason: 'It drops an event for a bus that is not there without a word, as AWS does; ours reports it.',
    },
    'what is not there putEvent is an error that says Bus gone did not take the event: The bus or rule does not exist. Check its name',
    'what is not there putEvents is an error that says Bus gone did not take the event: The bus or rule does not exist. Check its name',
  ),
  ...differences(
    {
      aws: 'MiniStack',
      file: VERBS,
      shows: /Received has value: undefined/,
      reason: 'It has no largest event.',
    },
    'what the service will not have an event that is too large is reported by name: putEvent',
  ),
  ...differences(
    {
      aws: 'MiniStack',
      file: VERBS,
      shows: /does not wait any more|does not know the token/,
      reason:
        'It has one code for every token that no task waits with. AWS tells a task that is over (TaskTimedOut) from a text that is no token (InvalidToken).',
    },
    'what reaches the other end an answer to a task that was answered before is an error that says so, and not a failure',
    'what the service will not have a text that is no token is reported by name: sendTaskSuccess',
  ),
  ...differences(
    {
      aws: 'MiniStack',
      file: NOUNS,
      shows: /Expected path: not "output"/,
      reason: 'It gives a failed execution an output, which is its error once more.',
    },
    'execution gives the reason of its failure',
  ),
  ...differences(
    {
      aws: 'MiniStack',
      file: NOUNS,
      shows: /Received has value: undefined/,
      reason: 'It lists no executions of a state machine that is not there, where AWS refuses to.',
    },
    'what cannot be read execution is an error that says StateMachineDoesNotExist',
  ),
  ...differences(
    {
      aws: 'MiniStack',
      file: NOUNS,
      shows: /\+ +Array \[\]|Received has value: undefined|Received: 0|"earlier": undefined/,
      reason: NO_OPTIONAL_TERMS,
    },
    'log is nothing at first, and then the lines with the id in any spelling; those of JSON by their fields',
    'log reports a line that is dated before the step above began',
    'log keeps timestamp and logStream for CloudWatch’s own, next to those of the line',
    'log is each line of an event of several lines that carries the id, if one of them is JSON',
    'log marks what may say more than its fields do',
    'log asks for a group by its ARN, too',
  ),
  ...differences(
    { aws: 'MiniStack', file: NOUNS, shows: /UnknownError/, reason: 'It has no X-Ray.' },
    'trace is nothing at first, and then the services, faults and duration of the run’s segments',
    'trace says plainly that it cannot read a trace if Transaction Search is on',
  ),
  ...differences(
    {
      aws: 'MiniStack',
      file: NOUNS,
      shows: /\+ {5}"value": 3/,
      reason:
        'A percentile that falls between two values is a value between them there, and the lower one with ours.',
    },
    'metric is nothing at first, and then the newest value of its statistic',
  ),
];

const MINISTACK_TRACES: readonly Difference[] = [
  ...differences(
    {
      aws: 'MiniStack',
      file: TRACES,
      shows: /"things": Array \[\]/,
      reason: NO_OPTIONAL_TERMS,
    },
    'the lines of a log group are those with the id in any spelling, or with the value as a whole word',
  ),
  ...differences(
    {
      aws: 'MiniStack',
      file: TRACES,
      shows: /resolved instead of rejected/,
      reason: 'It lists no executions of a state machine that is not there, where AWS refuses to.',
    },
    'the executions of a state machine are an error for a machine that does not exist',
  ),
];

/** All of them: one that is not listed fails, and so does one that is gone. */
export const DIFFERENCES: readonly Difference[] = [
  ...OURS,
  ...MINISTACK,
  ...MINISTACK_KINDS,
  ...MINISTACK_TRACES,
];
