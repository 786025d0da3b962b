import { type Group, missing, row } from './row.ts';

/** The codes of the calls of `coalmine deploy`. */
export const STACK_GROUPS: readonly Group[] = [
  {
    source: 'AWS CloudFormation API Reference, change sets',
    of: 'cloudformation',
    rows: [
      missing('The change set', 'ChangeSetNotFoundException'),
      row(
        'conflict',
        'AlreadyExistsException InvalidChangeSetStatusException TokenAlreadyExistsException',
        'Another deployment changed the stack at the same moment. Deploy again.',
      ),
      row(
        'invalid',
        'InsufficientCapabilitiesException',
        'The template needs a capability that the deployment does not give, such as roles with names of their own.',
      ),
    ],
  },
];
