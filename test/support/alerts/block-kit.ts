interface TextObject {
  readonly type: string;
  readonly text: string;
  readonly emoji?: boolean;
  readonly verbatim?: boolean;
}

interface Block {
  readonly type: string;
  readonly text?: TextObject;
  readonly fields?: readonly TextObject[];
  readonly elements?: readonly TextObject[];
}

/** A message as Slack's webhooks take it. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** Slack's own limits (docs.slack.dev/reference/block-kit, pages "Blocks" and "Text object"), in characters. */
const LIMITS = {
  blocks: 50,
  header: 150,
  section: 3_000,
  fields: 10,
  field: 2_000,
  elements: 10,
  text: 40_000,
};
/** Not documented: blocks that are longer in all are refused as `msg_blocks_too_long` (slackapi/bolt-js, issue 2509). */
const LONGEST_BLOCKS = 13_200;

/** Reasons for which Slack would refuse a message; empty for a valid one. */
export function blockKitFaults({ text, blocks }: SlackMessage): readonly string[] {
  const whole = JSON.stringify(blocks).length;
  return [
    ...(text.length > 0 && text.length <= LIMITS.text ? [] : [`text has ${text.length} characters`]),
    ...(blocks.length > 0 && blocks.length <= LIMITS.blocks ? [] : [`${blocks.length} blocks`]),
    ...(whole <= LONGEST_BLOCKS ? [] : [`blocks of ${whole} characters`]),
    ...blocks.flatMap(faultsOf),
  ];
}

function faultsOf({ type, text, fields, elements }: Block): readonly string[] {
  switch (type) {
    case 'header':
      return text?.type === 'plain_text'
        ? sized('header', text, LIMITS.header)
        : ['a header without plain text'];
    case 'section':
      return [
        ...(text === undefined && fields === undefined ? ['a section without text'] : []),
        ...(text === undefined ? [] : sized('section', text, LIMITS.section)),
        ...counted('fields', fields, LIMITS.fields),
        ...(fields ?? []).flatMap((field) => sized('field', field, LIMITS.field)),
      ];
    case 'context':
      return [
        ...counted('elements', elements ?? [], LIMITS.elements),
        ...(elements ?? []).flatMap((element) => sized('element', element, LIMITS.section)),
      ];
    default:
      return [`a block '${type}'`];
  }
}

function counted(what: string, list: readonly unknown[] | undefined, most: number): readonly string[] {
  return list === undefined || (list.length > 0 && list.length <= most) ? [] : [`${list.length} ${what}`];
}

function sized(what: string, { type, text, emoji, verbatim }: TextObject, most: number): readonly string[] {
  const known = type === 'plain_text' || type === 'mrkdwn';
  return [
    ...(known ? [] : [`a text object '${type}'`]),
    ...(text.length > 0 && text.length <= most ? [] : [`${what} has ${text.length} characters`]),
    ...(type === 'plain_text' && verbatim !== undefined ? ['verbatim belongs to mrkdwn'] : []),
    ...(type === 'mrkdwn' && emoji !== undefined ? ['emoji belongs to plain text'] : []),
  ];
}
