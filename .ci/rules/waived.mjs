/**
 * Rules that template.yaml is not held to, each with the resources that it is waived for, and why. With those of checkov, which
 * stand in the template (infra/stack/skipped.ts), there are at most six reasons.
 */
export const WAIVED = [
  {
    reason:
      'Only the worker is in a VPC, if SubnetIds names one: NAT gateways are one more thing to fail between an outage and its alarm.',
    rules: [/^CKV_AWS_117$/, /^lambda_inside_vpc_check$/],
    resources: /^(Tick|Worker|TapReader)Function$/,
  },
  {
    reason:
      "AWS's own keys unless KmsKeyArn names another: a key of one's own stands between a failure and its alarm.",
    rules: [
      /^CKV_AWS_119$/,
      /^dynamodb_table_encrypted_kms_check$/,
      /^cloudwatch_log_group_encrypted_check$/,
      /^sqs_queue_encrypted_check$/,
      /^s3_bucket_default_encryption_kms_check$/,
    ],
    resources: /^(StateTable|SiteBucket|(Tick|Worker|TapReader)Logs|.*Queue|.*Dlq)$/,
  },
  {
    reason: 'The last dead-letter queue has none itself; an alarm looks at its depth.',
    rules: [/^sqs_dlq_check$/],
    resources: /Dlq$/,
  },
  {
    reason: 'A parameter sets the retention of logs; "for ever" is none of its values.',
    rules: [/^cloudwatch_log_group_retention_period_check$/],
    resources: /^(Tick|Worker|TapReader)Logs$/,
  },
  {
    reason:
      'A boundary grants nothing: it says how far grants may ever go, all resources of this account and region. The grants name theirs.',
    rules: [/^AwsSolutions-IAM5$/],
    resources: /^WorkerBoundary$/,
  },
  {
    reason:
      'Pages are made from the state again and again: versions, locks, events and an access log would be of no use.',
    rules: [
      /^CKV_AWS_(18|21)$/,
      /^AwsSolutions-S1$/,
      /^s3_bucket_(versioning_enabled|logging_enabled|object_lock_enabled)_check$/,
      /^s3_event_notifications_enabled_check$/,
    ],
    resources: /^SiteBucket$/,
  },
];
