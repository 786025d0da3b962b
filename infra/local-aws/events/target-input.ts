import type { Json } from './event-pattern.ts';

/** A rule's target, as PutTargets brings it. */
export interface Target {
  readonly Id: string;
  readonly Arn: string;
  readonly Input?: string;
  readonly InputPath?: string;
  readonly InputTransformer?: {
    readonly InputPathsMap?: Readonly<Record<string, string>>;
    readonly InputTemplate: string;
  };
  readonly SqsParameters?: { readonly MessageGroupId: string };
  readonly DeadLetterConfig?: { readonly Arn: string };
}

/** The input of a target: the event, a part of it, a constant, or a filled-in template. */
export function inputFor({ Input, InputPath, InputTransformer }: Target, event: Json): Json {
  if (Input !== undefined) return JSON.parse(Input) as Json;
  if (InputPath !== undefined) return at(event, InputPath) ?? null;
  if (InputTransformer === undefined) return event;
  const { InputPathsMap = {}, InputTemplate } = InputTransformer;
  const filled = InputTemplate.replace(/"?<([\w.-]+)>"?/g, (whole, name: string) => {
    const path = InputPathsMap[name];
    return path === undefined ? whole : JSON.stringify(at(event, path) ?? null);
  });
  return JSON.parse(filled) as Json;
}

/** The value at a JSON path of the simple sort, `$.detail.items[0].sku`. */
function at(event: Json, path: string): Json | undefined {
  let value: Json | undefined = event;
  for (const [, key, index] of path.matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)) {
    const holder = value as Readonly<Record<string, Json>> | undefined;
    value = holder?.[key ?? index ?? ''];
  }
  return value;
}
