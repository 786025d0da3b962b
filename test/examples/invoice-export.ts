import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { logFields, traced, withTrace } from '@coalmine/trace';
import type { EventBridgeEvent } from 'aws-lambda';
import type { AwsClients } from '../../runner/adapters/aws/clients.ts';
import type { TestAws } from '../support/aws/test-aws.ts';

interface Invoice {
  readonly invoiceId: string;
  readonly amount: number;
}

const BUCKET = 'billing-invoices';
/** The bus that the canary finds under BILLING_BUS. */
export const BILLING_BUS = 'billing';

/** Deploys the system of `invoice-export.canary.yaml`: a bus whose event starts a workflow, which leaves a PDF and a log line. */
export async function deployInvoices(aws: TestAws, { clientOf }: AwsClients): Promise<void> {
  const s3 = traced(clientOf(S3Client, 'act'));
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const onEvent = withTrace(async ({ detail }: EventBridgeEvent<'InvoiceRequested', Invoice>) =>
    exportInvoice(detail, aws, s3),
  );
  aws.functions.register('invoice-export', onEvent);
  const Resource = `arn:aws:lambda:${aws.region}:${aws.account}:function:invoice-export`;
  const { stateMachineArn = '' } = await clientOf(SFNClient, 'act').send(
    new CreateStateMachineCommand({
      name: 'invoice-export',
      roleArn: `arn:aws:iam::${aws.account}:role/invoice-export`,
      definition: JSON.stringify({
        StartAt: 'Export',
        States: { Export: { Type: 'Task', Resource, End: true } },
      }),
    }),
  );
  const events = clientOf(EventBridgeClient, 'act');
  await events.send(new CreateEventBusCommand({ Name: BILLING_BUS }));
  const EventPattern = JSON.stringify({ 'detail-type': ['InvoiceRequested'] });
  await events.send(new PutRuleCommand({ Name: 'export', EventBusName: BILLING_BUS, EventPattern }));
  const Targets = [
    { Id: 'workflow', Arn: stateMachineArn, RoleArn: `arn:aws:iam::${aws.account}:role/events` },
  ];
  await events.send(new PutTargetsCommand({ Rule: 'export', EventBusName: BILLING_BUS, Targets }));
  const logGroupName = '/aws/lambda/invoice-export';
  await clientOf(CloudWatchLogsClient, 'act').send(new CreateLogGroupCommand({ logGroupName }));
  const parameters = { 'state-machine-arn': stateMachineArn, bucket: BUCKET };
  for (const [name, Value] of Object.entries(parameters)) {
    const command = new PutParameterCommand({ Name: `/billing/export/${name}`, Value, Type: 'String' });
    await clientOf(SSMClient, 'act').send(command);
  }
}

async function exportInvoice(
  invoice: Invoice,
  aws: TestAws,
  s3: S3Client,
): Promise<{ readonly key: string }> {
  const key = `invoices/${invoice.invoiceId}.pdf`;
  const Body = `%PDF-1.7\n% invoice ${invoice.invoiceId} over ${invoice.amount}\n${'%\n'.repeat(1_000)}%%EOF\n`;
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body, ContentType: 'application/pdf' }));
  const line = { level: 'INFO', message: `export finished: ${key}`, ...logFields() };
  aws.logs.write('/aws/lambda/invoice-export', JSON.stringify(line));
  return { key };
}
