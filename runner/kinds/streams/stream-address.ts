/** A stream as a call of Kinesis names it: by its ARN if the file gives it, since that is in any account. */
export function streamAt(address: string): { readonly StreamARN: string } | { readonly StreamName: string } {
  return address.startsWith('arn:') ? { StreamARN: address } : { StreamName: address };
}
