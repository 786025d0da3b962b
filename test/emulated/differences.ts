/** A test that one of the two AWSs does not pass, and why we live with it. */
export interface Difference {
  /** Whose behaviour it is. */
  readonly aws: 'local AWS' | 'MiniStack';
  /** The file of the test, from the root. */
  readonly file: string;
  /** The test's title, below the name of the AWS. */
  readonly test: string;
  /** What is seen of it, among the words of the failure. */
  readonly shows: RegExp;
  readonly reason: string;
}

const FLOWS = 'test/emulated/flows.test.ts';

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
      reason: 'It finds nothing by terms that are both optional and quoted, as AWS documents them.',
    },
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
      shows: /"clientContext": null/,
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
    'Lambda tells what a function threw, and the end of its log',
  ),
  ...differences(
    { aws: 'MiniStack', file: FLOWS, shows: /UnknownError|aborted/, reason: 'It has no X-Ray.' },
    'X-Ray gives back the segments of a trace',
  ),
];

/** All of them: one that is not listed fails, and so does one that is gone. */
export const DIFFERENCES: readonly Difference[] = [...OURS, ...MINISTACK];
