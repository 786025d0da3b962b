/** Canaries, one or more for each kind, that together have every key that a kind takes. Each passes against the recording proxy. */

/** A canary whose recorded calls are compared with its policy. */
export interface Case {
  /** The kind, source or channel that it is for. */
  readonly of: string;
  readonly does: string;
  readonly steps: string;
  readonly environment?: string;
  /** Permitted differences, for facts that the file alone does not show. */
  readonly differs?: readonly string[];
  /** The warning of the loader: the test is quicker than a canary may be. */
  readonly warns?: string;
}

/** The project of all cases. */
export const PROJECT = `project: recorded
environments:
  here: {}
  elsewhere: { role: "arn:aws:iam::111122223333:role/watcher" }
taps:
  - bus: shop
  - topic: \${env:SHIPS_TOPIC}
channels:
  sns: { sns: "\${cf:recorded.Topic}" }
  eventbridge: { eventbridge: alerts }
  slack: { slack: "\${secret:recorded/hook#url}" }
  webhook: { webhook: "\${secret:recorded/hook#url}", secret: "\${ssm:/recorded/word}" }
  pagerduty: { pagerduty: "\${secret:recorded/hook#key}", endpoint: "https://127.0.0.1:1/" }
`;

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:export';
const APPROVAL = 'arn:aws:states:us-east-1:000000000000:stateMachine:approval';
const WAITING = `  - startExecution: ${APPROVAL}
  - expect: message
    queue: approvals
    save: { token: message.body.token }
    within: 10s
`;
const SITE = 'GET ${env:SITE}/';
const USER =
  'userPool: us-east-1_recorded, clientId: recorded, clientSecret: "${env:PASSWORD}", username: anna, password: "${env:PASSWORD}"';
const BY_SRP = `    auth: { cognito: { ${USER}, flow: srp, token: id } }\n`;
const BY_PASSWORD = `    auth: { cognito: { ${USER}, flow: password, token: access } }\n`;

/** Of verbs and nouns. */
export const CASES: readonly Case[] = [
  {
    of: 'putEvent, event',
    does: 'puts an event and hears it through the tap',
    steps: `  - putEvent: shop
    source: recorded
    detailType: Sent
    detail: { a: 1 }
    resources: [some]
  - expect: event
    bus: shop
    source: recorded
    detailType: Sent
    within: 10s
`,
  },
  {
    of: 'putEvent',
    does: 'a bus by its ARN',
    steps: `  - putEvent: arn:aws:events:us-east-1:000000000000:event-bus/shop
    source: recorded
    detailType: Sent
`,
  },
  {
    of: 'putEvents',
    does: 'two events in one call',
    steps: `  - putEvents: shop
    events:
      - { source: recorded, detailType: Sent, detail: { a: 1 }, resources: [some] }
      - { source: recorded, detailType: Sent }
`,
  },
  {
    of: 'publish, message',
    does: 'publishes to a topic and hears it through the tap',
    steps: `  - publish: \${env:SHIPS_TOPIC}
    body: x
    subject: Greetings
    attributes: { a: b }
  - expect: message
    topic: \${env:SHIPS_TOPIC}
    within: 10s
`,
  },
  {
    of: 'sendMessage',
    does: 'a queue by its name',
    steps: '  - sendMessage: inbox\n    body: x\n    attributes: { a: b }\n',
  },
  {
    of: 'sendMessage',
    does: 'a queue by its URL',
    steps: '  - sendMessage: https://sqs.us-east-1.amazonaws.com/000000000000/inbox\n    body: x\n',
  },
  {
    of: 'sendMessage',
    does: 'a FIFO queue by its ARN',
    steps: `  - sendMessage: arn:aws:sqs:us-east-1:000000000000:inbox.fifo
    body: x
    groupId: g
`,
  },
  {
    of: 'sendMessages',
    does: 'two messages in one call, and a FIFO queue by its ARN',
    steps: `  - sendMessages: inbox
    messages:
      - { body: x, attributes: { a: b } }
      - { body: y }
  - sendMessages: arn:aws:sqs:us-east-1:000000000000:inbox.fifo
    messages: [{ body: x, groupId: g }]
`,
  },
  {
    of: 'message',
    does: 'a queue by its name, whose messages are given back, throughout',
    steps: `  - sendMessage: orders-dlq
    body: x
    correlate: false
throughout:
  - never: message
    queue: orders-dlq
    correlate: ord_1
    for: 1s
`,
  },
  {
    of: 'message',
    does: 'a queue by its URL, whose messages are given back',
    steps: `  - sendMessage: inbox
    body: x
  - expect: message
    queue: https://sqs.us-east-1.amazonaws.com/000000000000/inbox
    within: 10s
`,
    warns: "this receives from 'inbox', into which the canary sends",
  },
  {
    of: 'queue',
    does: 'a queue by its name, whose messages are counted',
    steps: `  - sendMessage: orders-dlq
    body: x
  - expect: queue
    queue: orders-dlq
    has: { visible: { $atLeast: 1 } }
    within: 10s
`,
    warns: 'the values of a queue come late',
  },
  { of: 'invoke', does: 'waits', steps: '  - invoke: echo\n    mode: wait\n    body: { a: 1 }\n' },
  {
    of: 'invoke',
    does: 'does not wait, by the ARN of an alias',
    steps: `  - invoke: arn:aws:lambda:us-east-1:000000000000:function:echo:live
    mode: fireAndForget
`,
  },
  {
    of: 'startExecution, execution',
    does: 'finds the execution by its ARN',
    steps: `  - startExecution: \${cf:recorded.Machine}
    body: { a: 1 }
    save: { execution: response.executionArn }
  - expect: execution
    arn: \${execution}
    has: { status: SUCCEEDED }
    within: 10s
`,
  },
  {
    of: 'startExecution, execution',
    does: 'finds the execution by the run id',
    steps: `  - startExecution: ${MACHINE}
  - expect: execution
    stateMachine: ${MACHINE}
    has: { status: SUCCEEDED }
    within: 10s
`,
  },
  {
    of: 'putRecord, record',
    does: 'a stream by its name',
    steps: `  - putRecord: clicks
    body: { a: 1 }
    partitionKey: one
  - expect: record
    stream: clicks
    within: 10s
`,
  },
  {
    of: 'putRecord, record',
    does: 'a stream by its ARN',
    steps: `  - putRecord: arn:aws:kinesis:us-east-1:000000000000:stream/clicks
    body: x
  - never: record
    stream: arn:aws:kinesis:us-east-1:000000000000:stream/clicks
    correlate: ord_1
    for: 200ms
`,
  },
  {
    of: 'sendTaskHeartbeat, sendTaskSuccess',
    does: 'keeps a task waiting, and ends it',
    steps: `${WAITING}  - sendTaskHeartbeat: ${APPROVAL}
    token: "\${token}"
  - sendTaskSuccess: ${APPROVAL}
    token: "\${token}"
    body: { approved: true }
`,
  },
  {
    of: 'sendTaskFailure',
    does: 'ends a task with an error',
    steps: `${WAITING}  - sendTaskFailure: ${APPROVAL}
    token: "\${token}"
    error: Refused
    cause: too late
`,
  },
  {
    of: 'http',
    does: 'is nothing of AWS',
    steps: `  - http: POST \${env:SITE}/
    headers: { a: b }
    query: { a: b }
    body: { a: 1 }
    followRedirects: { crossOrigin: true }
  - http: POST \${env:SITE}/
    form: { a: b }
    auth: { bearer: "\${env:PASSWORD}" }
  - http: ${SITE}
    auth: { apiKey: "\${env:PASSWORD}" }
  - http: ${SITE}
    auth: { basic: "user:\${env:PASSWORD}" }
    clientCertificate: { cert: "\${env:CLIENT_CERT}", key: "\${env:CLIENT_KEY}" }
`,
  },
  {
    of: 'connect, push',
    does: 'is nothing of AWS',
    steps: `  - connect: \${env:SOCKET}/live
    as: live
    headers: { a: b }
    subprotocols: [v1]
    send: hello
    auth: { bearer: "\${env:PASSWORD}" }
    clientCertificate: { cert: "\${env:CLIENT_CERT}", key: "\${env:CLIENT_KEY}" }
  - connect: \${env:SOCKET}/graphql
    subscribe: { query: "subscription { a }", variables: { a: 1 } }
    auth: { basic: "user:\${env:PASSWORD}" }
  - expect: push
    connection: live
    correlate: hello
    within: 10s
`,
  },
  {
    of: 'connect',
    does: 'is signed',
    steps:
      '  - connect: ${env:SOCKET}/live\n    auth: { aws: { service: execute-api, region: us-east-1 } }\n',
  },
  {
    of: 'connect',
    does: 'subscribes to a channel',
    steps:
      '  - connect: ${env:SOCKET}/event/realtime\n    subscribe: { channel: /a }\n    auth: { apiKey: "${env:PASSWORD}" }\n',
  },
  ...[BY_SRP, BY_PASSWORD].map((auth) => ({
    of: 'connect',
    does: `signs in at Cognito: ${auth.trim()}`,
    steps: `  - connect: \${env:SOCKET}/live\n${auth}`,
  })),
  { of: 'http', does: 'is signed', steps: `  - http: ${SITE}\n    auth: aws\n` },
  {
    of: 'http, graphql, response',
    does: 'signs in at Cognito, which asks IAM for nothing',
    steps: [BY_SRP, BY_PASSWORD]
      .map(
        (auth) => `  - http: ${SITE}
${auth}  - graphql: \${env:SITE}/
    query: "{ a }"
${auth}  - expect: response
    http: ${SITE}
${auth}    has: { status: 200 }
    within: 10s
`,
      )
      .join(''),
  },
  {
    of: 'graphql',
    does: 'is nothing of AWS',
    steps: `  - graphql: \${env:SITE}/
    query: "query A($a: Int) { a(a: $a) }"
    variables: { a: 1 }
    operation: A
    headers: { a: b }
    auth: { apiKey: "\${env:PASSWORD}" }
  - graphql: \${env:SITE}/
    query: "{ a }"
    auth: { basic: "user:\${env:PASSWORD}" }
  - graphql: \${env:SITE}/
    query: "{ a }"
    auth: { bearer: "\${env:PASSWORD}" }
    clientCertificate: { cert: "\${env:CLIENT_CERT}", key: "\${env:CLIENT_KEY}" }
`,
  },
  {
    of: 'graphql',
    does: 'is signed for AppSync',
    steps: `  - graphql: \${env:SITE}/
    query: "{ a }"
    auth: { aws: { service: appsync, region: us-east-1 } }
`,
    // The URL does not name its API: that permission is granted by hand.
    differs: ['appsync:GraphQL on the API of the URL was asked and is not granted'],
  },
  {
    of: 'http',
    does: 'is signed for a service in a region',
    steps: `  - http: ${SITE}
    auth: { aws: { service: execute-api, region: us-east-1 } }
`,
  },
  {
    of: 'http',
    does: 'is signed for a function URL',
    steps: `  - http: ${SITE}\n    auth: { aws: { service: lambda } }\n`,
    // The URL does not name its function: that permission is granted by hand.
    differs: ['lambda:InvokeFunctionUrl on the function of the URL was asked and is not granted'],
  },
  {
    of: 'response',
    does: 'is nothing of AWS',
    steps: `  - expect: response
    http: ${SITE}
    headers: { a: b }
    query: { a: b }
    followRedirects: { crossOrigin: true }
    auth: { bearer: "\${env:PASSWORD}" }
    has: { status: 200 }
    within: 10s
  - expect: response
    http: ${SITE}
    auth: { apiKey: "\${env:PASSWORD}" }
    has: { status: 200 }
    within: 10s
  - expect: response
    http: ${SITE}
    auth: { basic: "user:\${env:PASSWORD}" }
    clientCertificate: { cert: "\${env:CLIENT_CERT}", key: "\${env:CLIENT_KEY}" }
    has: { status: 200 }
    within: 10s
`,
  },
  {
    of: 'request',
    does: 'is nothing of AWS',
    steps: `  - http: PUT \${run.inbox}/paid
    body: { status: PAID }
    response: { status: 202 }
  - expect: request
    method: PUT
    path: /paid
    answer: { status: 202, headers: { a: b }, body: { ok: true } }
    within: 10s
`,
  },
  {
    of: 'response',
    does: 'is signed',
    steps: `  - expect: response
    http: ${SITE}
    auth: { aws: { service: execute-api, region: us-east-1 } }
    has: { status: 200 }
    within: 10s
`,
  },
  {
    of: 'putItem, updateItem, item, deleteItem',
    does: 'a table with a partition key alone, and one key of a pair',
    steps: `  - putItem: orders
    item: { orderId: "\${run.id}" }
  - putItem: pairs
    item: { left: "\${run.id}", right: one }
  - expect: item
    table: orders
    key: { orderId: "\${run.id}" }
    within: 10s
  - expect: item
    table: orders
    key: { orderId: a }
    within: 10s
  - expect: item
    table: pairs
    key: { left: "\${run.id}" }
    within: 10s
  - updateItem: orders
    key: { orderId: "\${run.id}" }
    set: { status: PAID }
    add: { tries: 1 }
    remove: [note]
    condition: { tries: { $exists: false } }
  - deleteItem: orders
    key: { orderId: "\${run.id}" }
`,
    // Only the table shows if a key of one attribute is whole, for a get, or a part, for a query.
    differs: [
      'dynamodb:BatchGetItem on arn:aws:dynamodb:us-east-1:000000000000:table/pairs is granted and was not asked',
      'dynamodb:Query on arn:aws:dynamodb:us-east-1:000000000000:table/orders is granted and was not asked',
    ],
  },
  {
    of: 'item',
    does: 'by the whole key of a pair',
    steps: `  - expect: item
    table: pairs
    key: { left: a, right: b }
    within: 10s
`,
  },
  {
    of: 'item',
    does: 'by an index',
    steps: `  - expect: item
    table: pairs
    index: by-right
    key: { right: b }
    within: 10s
`,
  },
  {
    of: 'putObject, object, deleteObject',
    does: 'an object that is there, and what lies beside one that is not',
    steps: `  - putObject: reports
    key: canary/\${run.shortId}.txt
    body: x
    contentType: text/plain
  - expect: object
    bucket: reports
    key: canary/\${run.shortId}.txt
    within: 10s
  - never: object
    bucket: reports
    key: canary/none.txt
    for: 200ms
  - deleteObject: reports
    key: canary/\${run.shortId}.txt
`,
  },
  {
    of: 'log',
    does: 'by its name',
    steps: `  - never: log
    logGroup: /aws/lambda/echo
    correlate: ord_1
    for: 200ms
`,
  },
  {
    of: 'log',
    does: 'by its ARN',
    steps: `  - never: log
    logGroup: arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/echo
    correlate: ord_1
    for: 200ms
`,
  },
  {
    of: 'metric',
    does: 'any',
    steps: `  - never: metric
    namespace: AWS/Lambda
    metricName: Errors
    dimensions: { FunctionName: echo }
    statistic: Sum
    period: 1m
    for: 200ms
`,
    warns: 'the values of a metric come late',
  },
  { of: 'trace', does: 'any', steps: '  - never: trace\n    for: 200ms\n' },
  {
    of: 'every kind',
    does: 'in an environment that is another role: only becoming it is ours to be allowed',
    environment: 'elsewhere',
    steps: '  - invoke: echo\n',
  },
];

/** Of values from outside. */
export const REFERENCES: readonly Case[] = [
  {
    of: 'ssm',
    does: 'a SecureString',
    steps: `  - http: ${SITE}\n    headers: { a: "\${ssm:/recorded/word}" }\n`,
  },
  {
    of: 'secret',
    does: 'a key of it',
    steps: `  - http: ${SITE}\n    headers: { a: "\${secret:recorded/hook#key}" }\n`,
  },
  { of: 'cf', does: 'an output', steps: `  - http: ${SITE}\n    headers: { a: "\${cf:recorded.Word}" }\n` },
  { of: 'cf', does: 'a resource', steps: `  - http: ${SITE}\n    headers: { a: "\${cf:recorded/Echo}" }\n` },
];

/** One channel of each kind; some cannot deliver here, and still call AWS. */
export const CHANNELS: readonly { readonly of: string; readonly delivers: boolean }[] = [
  { of: 'sns', delivers: true },
  { of: 'eventbridge', delivers: true },
  { of: 'slack', delivers: false },
  { of: 'webhook', delivers: false },
  { of: 'pagerduty', delivers: false },
];
