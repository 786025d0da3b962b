/** An answer of HTTP, as the SDK's handlers see it. */
export interface AwsAnswer {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** AWS takes a signature that is off by less; S3 takes 15 minutes (Signature Version 4, "Troubleshooting"). */
const TAKEN_OFFSET_MS = 240_000;

/** True for a header that only AWS, or a stand-in for it, adds to an answer: every service sends a request id. */
export function isMarkedByAws({ headers = {} }: AwsAnswer): boolean {
  return Object.keys(headers).some((name) => /^x-amzn?-/i.test(name));
}

/**
 * True unless an answer cannot be AWS's. Proxies and login pages answer with a page of their own, often with status 200, which the SDK
 * takes for an empty answer. AWS answers in JSON, XML or CBOR, and S3 with the object's content.
 */
export function mayBeAws(answer: AwsAnswer): boolean {
  return isMarkedByAws(answer) || /json|xml|cbor|octet-stream|event-?stream/i.test(typeOf(answer));
}

/** The status and type of an answer: `403 text/html`. */
export function describeAnswer(answer: AwsAnswer): string {
  return `${answer.statusCode} ${typeOf(answer)}`.trim();
}

/** The difference of our clock from that of an answer, in milliseconds; undefined if it is too small to invalidate a signature. */
export function clockOffsetMs({ headers = {} }: AwsAnswer, nowMs: number): number | undefined {
  const offsetMs = nowMs - Date.parse(headers['date'] ?? '');
  return Math.abs(offsetMs) > TAKEN_OFFSET_MS ? offsetMs : undefined;
}

function typeOf({ headers = {} }: AwsAnswer): string {
  const [, type = ''] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  return type.split(';')[0] ?? '';
}
