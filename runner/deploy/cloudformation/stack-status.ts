/** The next step for a stack in a status, or the reason why there is none, with its remedy. */
export type NextStep = 'create' | 'update' | { readonly fault: string };

/** Decides the next step by the status of a stack (CloudFormation user guide, "Stack status codes"); undefined if there is no stack. */
export function nextStepOf(stack: string, status: string | undefined): NextStep {
  if (status === undefined || status === 'REVIEW_IN_PROGRESS') return 'create';
  const remedy = REMEDIES[status] ?? (status.endsWith('_IN_PROGRESS') ? BUSY : undefined);
  if (remedy === undefined) return 'update';
  return { fault: `The stack ${stack} is in ${status}: ${remedy.replaceAll('NAME', stack)}` };
}

/** The sentence on a stack after a deployment that failed. */
export function afterFailure(stack: string, status: string): string {
  const meaning = AFTER[status] ?? 'Look at its events in the console of CloudFormation.';
  return `The stack ${stack} is now in ${status}. ${meaning.replaceAll('NAME', stack)}`;
}

const BUSY =
  'another deployment is at work. Wait until it ends (aws cloudformation describe-stacks --stack-name NAME), and deploy again.';

const DELETE = 'Delete it (aws cloudformation delete-stack --stack-name NAME), and deploy again.';

const REMEDIES: Readonly<Record<string, string>> = {
  ROLLBACK_COMPLETE: `its creation failed, and CloudFormation cannot update it. ${DELETE}`,
  ROLLBACK_FAILED: `its creation failed, and so did the removal of what was made. ${DELETE}`,
  CREATE_FAILED: `its creation failed. ${DELETE}`,
  DELETE_FAILED: `its deletion failed. Read the reason in its events, fix it, and delete the stack again. Then deploy.`,
  UPDATE_FAILED:
    'an update failed and was not rolled back. Roll it back (aws cloudformation rollback-stack --stack-name NAME), and deploy again.',
  UPDATE_ROLLBACK_FAILED:
    'an update failed, and so did the way back. Fix the reason in its events, continue ' +
    '(aws cloudformation continue-update-rollback --stack-name NAME), and deploy again.',
};

const AFTER: Readonly<Record<string, string>> = {
  ROLLBACK_COMPLETE: `CloudFormation removed what it had made, except for what is kept: a state table or a bucket. Fix the cause. ${DELETE}`,
  ROLLBACK_FAILED: DELETE,
  CREATE_FAILED: DELETE,
  UPDATE_ROLLBACK_COMPLETE: 'It works as before this deployment. Fix the cause, and deploy again.',
  UPDATE_ROLLBACK_FAILED:
    'The way back failed too. Fix the reason in its events, then continue: aws cloudformation continue-update-rollback --stack-name NAME.',
};
