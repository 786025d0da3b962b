/** A call that AWS, or this small part of it, would not do; it becomes an error answer, never a quiet success. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** The refusal of an unsupported operation. */
export function notHere(service: string, operation: string): Refusal {
  return new Refusal(
    'UnknownOperationException',
    `The local AWS does not have ${service} ${operation}. See infra/local-aws/README.md for what it has.`,
    501,
  );
}
