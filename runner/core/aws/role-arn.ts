/** True for the ARN of an IAM role, in any partition and below any path. */
export function isRoleArn(value: string): boolean {
  return /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(value);
}
