/** A stack as it is in the account. */
export interface DeployedStackState {
  readonly status: string;
  /** Names of the parameters that have a value. */
  readonly parameters: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
}

/** A value of a parameter; without `value`, the one that the stack has. */
export interface ParameterValue {
  readonly name: string;
  readonly value?: string;
}

export interface ResourceChange {
  readonly action: 'Add' | 'Modify' | 'Remove' | 'Import' | 'Dynamic' | 'SyncWithActual';
  readonly name: string;
  readonly type: string;
  /** True if CloudFormation makes a new resource in place of the old one. */
  readonly replaces: boolean;
}

export interface ChangeSetState {
  readonly status: 'working' | 'ready' | 'failed';
  readonly reason: string;
  readonly changes: readonly ResourceChange[];
}

export interface StackEvent {
  readonly id: string;
  /** Logical name of the resource; that of the stack itself for its own events. */
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string;
}

/** A template, by its text or by its address in a bucket. */
export type TemplateSource = { readonly body: string } | { readonly url: string };

export interface ChangeSetRequest {
  readonly stack: string;
  readonly changeSet: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly template: TemplateSource;
  readonly parameters: readonly ParameterValue[];
}

/** CloudFormation, as a deployment uses it. Each method throws the errors of the AWS SDK. */
export interface StackApi {
  describe(stack: string): Promise<DeployedStackState | undefined>;
  createChangeSet(request: ChangeSetRequest): Promise<void>;
  describeChangeSet(stack: string, changeSet: string): Promise<ChangeSetState>;
  deleteChangeSet(stack: string, changeSet: string): Promise<void>;
  executeChangeSet(stack: string, changeSet: string): Promise<void>;
  /** Events of the stack, the newest first, up to one that `isKnown`. */
  events(stack: string, isKnown: (id: string) => boolean): Promise<readonly StackEvent[]>;
}
