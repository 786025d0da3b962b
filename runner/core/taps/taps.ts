import type { AwsLocation } from '../aws/location.ts';
import type { TapDefinition } from '../model/project.ts';
import type { TapQueue } from '../store/ports.ts';

/** Finds the queues to read. */
export interface Taps {
  /**
   * The queue of a tap that the project file lists. `name` identifies the tap for its lease and in messages.
   * @throws ObserverError if the tap is not there, with the command that makes it.
   */
  tapOn(definition: TapDefinition): Promise<{
    readonly name: string;
    readonly queue: TapQueue;
    /** Reads whether the way into the queue is in place. @throws ObserverError that names what is not. */
    inspect(): Promise<void>;
    /** Where lies what canaries give by name. */
    readonly home: AwsLocation;
  }>;
  /** A queue that canaries watch themselves (a dead-letter queue): a name, a URL or an ARN. Its own ARN tells it from namesakes. */
  queueAt(
    address: string,
  ): Promise<{ readonly name: string; readonly arn: string; readonly queue: TapQueue }>;
}
