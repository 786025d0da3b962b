/** Prices of AWS, in US dollars, in us-east-1. */
export interface Prices {
  /** Date of AWS's pricing pages. */
  readonly asOf: string;
  readonly region: string;
  readonly lambdaGbSecond: number;
  readonly lambdaRequest: number;
  readonly dynamodbWrite: number;
  readonly dynamodbRead: number;
  readonly sqsRequest: number;
  /** A PUT or LIST of S3 Standard. */
  readonly s3Write: number;
  /** A gigabyte in S3 Standard for a month. */
  readonly s3GigabyteMonth: number;
  readonly snsPublish: number;
  readonly eventBridgeEvent: number;
  readonly metricMonth: number;
  readonly logsGigabyte: number;
  readonly alarmMonth: number;
  readonly dashboardMonth: number;
  /** One run of CloudWatch Synthetics, the memory and time of its function not included. */
  readonly syntheticsRun: number;
  /** Lambda on x86, on which Synthetics runs. */
  readonly lambdaX86GbSecond: number;
}

/** AWS's published prices. Free tiers are left out: they are shared with everything else in an account. */
export const PRICES: Prices = {
  asOf: '2026-11-24',
  region: 'us-east-1',
  lambdaGbSecond: 0.000_013_333_4,
  lambdaRequest: 0.000_000_2,
  dynamodbWrite: 0.000_000_625,
  dynamodbRead: 0.000_000_125,
  sqsRequest: 0.000_000_4,
  s3Write: 0.000_005,
  s3GigabyteMonth: 0.023,
  snsPublish: 0.000_000_5,
  eventBridgeEvent: 0.000_001,
  metricMonth: 0.3,
  logsGigabyte: 0.5,
  alarmMonth: 0.1,
  dashboardMonth: 3,
  syntheticsRun: 0.001_2,
  lambdaX86GbSecond: 0.000_016_666_7,
};
