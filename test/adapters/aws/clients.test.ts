import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeStreamSummaryCommand, KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type AwsClients, awsClients } from '../../../runner/adapters/aws/clients.ts';
import { classifyAwsError } from '../../../runner/adapters/aws/errors.ts';
import { sqsQueue } from '../../../runner/adapters/taps/sqs-queue.ts';
import { attributesMd5 } from '../../../runner/core/taps/attributes-md5.ts';
import { sendMessage } from '../../../runner/kinds/verbs/messages/send-message.ts';
import { actContext } from '../../support/run/kind-contexts.ts';

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

let server: Server;
let endpoint: string;
let clients: AwsClients;
let asked: IncomingHttpHeaders[] = [];
/** The answers, in turn; the last one stays. */
let answers: readonly Answer[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      asked.push(request.headers);
      const { status, headers, body } = answers[Math.min(asked.length, answers.length) - 1] as Answer;
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  process.env['AWS_ACCESS_KEY_ID'] = 'local';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'local';
  asked = [];
  clients = awsClients({ region: 'eu-west-1', endpoint });
});
afterAll(() => {
  clients.close();
  server.closeAllConnections();
  server.close();
});

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };

function refusing(code: string, dateOffsetMs = 0): Answer {
  const date = new Date(Date.now() + dateOffsetMs).toUTCString();
  return {
    status: 400,
    headers: { ...JSON_TYPE, date },
    body: JSON.stringify({ __type: code, message: 'no' }),
  };
}

const DONE: Answer = { status: 200, headers: { ...JSON_TYPE, 'x-amzn-requestid': '1' }, body: '{}' };

async function put(): Promise<unknown> {
  const command = new PutItemCommand({ TableName: 't', Item: { id: { S: 'a' } } });
  return clients.clientOf(DynamoDBClient, 'act').send(command).catch(classifyAwsError);
}

const HOUR_MS = 3_600_000;

describe('a client of AWS', () => {
  it('signs an act once more, by the clock of the answer, if its signature was refused', async () => {
    answers = [refusing('RequestTimeTooSkewed', HOUR_MS), DONE];

    expect(await put()).toMatchObject({ $metadata: { httpStatusCode: 200 } });
    const [first, second] = asked.map((headers) => Number(String(headers['x-amz-date']).slice(9, 11)));
    expect(asked).toHaveLength(2);
    expect((Number(second) - Number(first) + 24) % 24).toBe(1);
  });

  it.each([
    {
      code: 'RequestTimeTooSkewed',
      offsetMs: HOUR_MS,
      says: "The runner's clock is 60 min behind that of AWS",
    },
    {
      code: 'InvalidSignatureException',
      offsetMs: -HOUR_MS,
      says: "The runner's clock is 60 min ahead of that of AWS",
    },
    { code: 'InvalidSignatureException', offsetMs: 0, says: 'does not accept the signature' },
  ])('says so if it is refused again: $says', async ({ code, offsetMs, says }) => {
    answers = [refusing(code, offsetMs)];

    expect(await put()).toMatchObject({
      blame: 'observer',
      permanent: true,
      message: expect.stringContaining(says),
    });
    expect(asked).toHaveLength(2);
  });

  it('makes no other act twice', async () => {
    answers = [refusing('ThrottlingException'), DONE];

    expect(await put()).toMatchObject({ blame: 'observer', message: expect.stringContaining('throttled') });
    expect(asked).toHaveLength(1);
  });

  it.each([
    {
      title: 'a page with status 200',
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html>sign in</html>',
    },
    {
      title: 'a block page',
      status: 403,
      headers: { 'content-type': 'text/html' },
      body: '<html>blocked</html>',
    },
    { title: 'an empty text', status: 200, headers: { 'content-type': 'text/plain' }, body: '' },
    { title: 'a redirect', status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' },
    {
      title: 'JSON of another API',
      status: 403,
      headers: { 'content-type': 'application/json' },
      body: '{"message":"Forbidden"}',
    },
    {
      title: 'a page that is called JSON',
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '<html>',
    },
  ])('takes nothing for an answer that is not from AWS: $title', async (answer) => {
    answers = [answer];
    const calls = [
      put(),
      clients
        .clientOf(SNSClient, 'act')
        .send(new PublishCommand({ TopicArn: 'arn:aws:sns:eu-west-1:1:t', Message: 'a' }))
        .catch(classifyAwsError),
      clients
        .clientOf(S3Client, 'act')
        .send(new GetObjectCommand({ Bucket: 'bbb', Key: 'k' }))
        .catch(classifyAwsError),
    ];

    for (const found of await Promise.all(answer.body === '<html>' ? calls.slice(0, 1) : calls)) {
      expect(found).toMatchObject({
        blame: 'observer',
        message: expect.stringContaining('answered, but is not AWS'),
      });
    }
  });

  it('says that a proxy is set, if AWS cannot be reached', async () => {
    process.env['HTTPS_PROXY'] = 'http://proxy:3128';
    const unreachable = awsClients({ region: 'eu-west-1', endpoint: 'http://127.0.0.1:1' });
    const command = new SendMessageCommand({ QueueUrl: 'http://127.0.0.1:1/1/q', MessageBody: 'a' });
    const fault: unknown = await unreachable.clientOf(SQSClient, 'act').send(command).catch(classifyAwsError);
    delete process.env['HTTPS_PROXY'];
    unreachable.close();

    expect(fault).toMatchObject({
      message: expect.stringContaining('Requests go through the proxy that HTTPS_PROXY names.'),
    });
  });

  it('names a code that the table does not know', async () => {
    answers = [refusing('NeverHeardOfException')];

    expect(await put()).toMatchObject({
      blame: 'runner',
      message: expect.stringContaining('does not know NeverHeardOfException'),
    });
  });

  it('says that a message was sent, if the receipt does not match it', async () => {
    const body = JSON.stringify({ MessageId: '1', MD5OfMessageBody: '0'.repeat(32) });
    answers = [{ ...DONE, body }];
    const command = new SendMessageCommand({ QueueUrl: `${endpoint}/1/q`, MessageBody: 'a' });

    expect(await clients.clientOf(SQSClient, 'act').send(command).catch(classifyAwsError)).toMatchObject({
      blame: 'observer',
      message: expect.stringContaining('The message was sent, but the receipt does not match'),
    });
  });

  it('says the same if the receipt does not match the attributes of the message', async () => {
    const md5 = createHash('md5').update('a').digest('hex');
    const receipt = { MessageId: '1', MD5OfMessageBody: md5, MD5OfMessageAttributes: '0'.repeat(32) };
    answers = [{ ...DONE, body: JSON.stringify(receipt) }];
    const clientOf = clients.clientOf.bind(clients);
    const sent = sendMessage.act(
      { queue: `${endpoint}/1/q`, body: 'a' },
      actContext({ clientOf: (of) => clientOf(of, 'act') }),
    );

    expect(await sent.catch(classifyAwsError)).toMatchObject({
      blame: 'observer',
      message: expect.stringContaining('The message was sent, but the receipt does not match'),
    });
  });

  it.each([
    { what: 'changed', value: 'canary-2', isLost: true },
    { what: 'as they were sent', value: 'canary-1', isLost: false },
  ])('gives no message whose attributes were $what on the way: $isLost', async ({ value, isLost }) => {
    const attributesOf = (StringValue: string) => ({ correlationId: { DataType: 'String', StringValue } });
    const message = {
      MessageId: 'm1',
      Body: 'a',
      MD5OfBody: createHash('md5').update('a').digest('hex'),
      MessageAttributes: attributesOf(value),
      MD5OfMessageAttributes: attributesMd5(attributesOf('canary-1')),
    };
    answers = [{ ...DONE, body: JSON.stringify({ Messages: [message] }) }];
    const client = clients.clientOf(SQSClient, 'observe');
    const queue = sqsQueue({ once: client, client }, `${endpoint}/1/q`);
    const ask = { waitSeconds: 1, hideSeconds: 10, signal: new AbortController().signal };
    const fault: unknown = await queue.receive(ask).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );

    expect(fault === undefined).toBe(!isLost);
    expect(queue.isRefusal(fault ?? {})).toBe(false); // SQS has delivered and hidden it
    if (isLost)
      expect(classifyAwsError(fault)).toMatchObject({
        blame: 'observer',
        message: expect.stringContaining('does not match its checksum'),
      });
  });

  it('reports an entry that a batch did not delete, by the same table', async () => {
    answers = [
      {
        ...DONE,
        body: JSON.stringify({
          Successful: [],
          Failed: [{ Id: '0', Code: 'RequestThrottled', SenderFault: false }],
        }),
      },
    ];
    const client = clients.clientOf(SQSClient, 'observe');
    const queue = sqsQueue({ once: client, client }, `${endpoint}/1/tap`);
    const message = { messageId: 'm', receipt: 'r', body: '', attributes: {}, sentAtMs: 0, receiveCount: 1 };

    await expect(queue.remove([message])).rejects.toMatchObject({
      blame: 'observer',
      message: 'Queue tap did not delete a message: AWS throttled the runner. AWS says: RequestThrottled',
    });
  });
});

describe('a client that would speak HTTP/2', () => {
  const PUT = { StreamName: 'clicks', PartitionKey: 'k', Data: Buffer.from('x') };
  const TAKEN = { ShardId: 's', SequenceNumber: '1' };

  it('speaks HTTP/1.1 to an endpoint without TLS', async () => {
    answers = [{ status: 200, headers: JSON_TYPE, body: JSON.stringify(TAKEN) }];

    const client = clients.clientOf(KinesisClient, 'act');

    expect(await client.send(new PutRecordCommand(PUT))).toMatchObject(TAKEN);
    expect(asked).toHaveLength(1);
  });

  it('goes through the proxy of the environment, as the others do', async () => {
    const env = { ...process.env, HTTP_PROXY: endpoint };
    const elsewhere = awsClients({ region: 'eu-west-1', endpoint: 'http://kinesis.example.com', env });
    answers = [{ status: 200, headers: JSON_TYPE, body: '{"StreamDescriptionSummary":{}}' }];

    await elsewhere
      .clientOf(KinesisClient, 'observe')
      .send(new DescribeStreamSummaryCommand({ StreamName: 'clicks' }));
    elsewhere.close();

    expect(asked.map(({ host }) => host)).toEqual(['kinesis.example.com']);
  });

  it('can be closed before it has sent anything', () => {
    const unused = awsClients({ region: 'eu-west-1', endpoint });
    unused.clientOf(KinesisClient, 'act');

    expect(() => unused.close()).not.toThrow();
  });
});
