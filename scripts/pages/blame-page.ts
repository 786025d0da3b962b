import type { Row } from '../../runner/core/blame/row.ts';
import { type Meaning, meaningOf, SORTS, type Sort } from '../../runner/core/blame/sorts.ts';
import { BLAME_TABLE } from '../../runner/core/blame/table.ts';

const INTRODUCTION = `# Errors and blame

This page is made from the table of blame (\`runner/core/blame\`) by \`npm run generate\`. The runner reads the same table.

The table is closed. It holds the codes that AWS documents for the calls that Coalmine makes, and those of the AWS SDK, undici, Node.js
and OpenSSL. A code that is not in it is an error of blame *runner*, and the report names the code. A test holds the table against
the models of the AWS SDK.

The verdict follows from the blame: *target* is \`failed\`, any other blame is \`error\`. Some rules need more than a code:

- If a URL of the watched system cannot be reached (\`http\`, \`response\`), the target is to blame. If AWS cannot be reached, the observer is.
  For these sorts the table shows both.
- Sort *route* is a name without an answer from DNS, or a network without a route. It is the target's fault only if another host answered
  the runner by HTTP within the last minute. Hosts on the runner's own machine do not count. Else the observer is to blame.
- A signature that AWS refuses is made again once, with the clock set by AWS's answer. So is that of an act, since nothing was done. If it is
  refused again and the clocks differ by more than 4 minutes, the sort is *clock*, else *signature*.
- An answer that does not match its checksum is read again once, immediately.
- An answer without a header \`x-amz…\` that is neither JSON, XML nor CBOR is no answer of AWS (sort *notAws*), whatever its status.
- A call on a resource of Coalmine's own (state, taps, secrets, channels) never blames the target.
- An \`expect\` polls until its window ends, unless the sort is permanent. A \`never\` that could not look is an error, whatever the blame.
- After a standstill of the runner, a deadline that passed and a sort that \`retry\` may repeat are errors of blame *runner*
  ([decision 20](../decisions/0020-a-standstill-decides-nothing.md)). They are not repeated.
- An explicit \`retry\` repeats an act after the sorts that say so.
`;

/** `docs/reference/blame.md`: the table of blame as a page. */
export function blamePage(): string {
  const sorts = Object.keys(SORTS).map((sort) => sortRow(sort as Sort));
  const groups = BLAME_TABLE.map(({ source, of, rows }) =>
    [
      `### ${of === undefined ? 'Any service or client' : of}`,
      '',
      `Source: ${source}.`,
      '',
      '| code | sort | meaning |',
      '|---|---|---|',
      ...rows.map(codeRow),
      '',
    ].join('\n'),
  );
  return [
    INTRODUCTION,
    '## Sorts',
    '',
    '| sort | blame | permanent | retry | meaning and remedy |',
    '|---|---|---|---|---|',
    ...sorts,
    '',
    '## Codes',
    '',
    ...groups,
  ].join('\n');
}

function sortRow(sort: Sort): string {
  const meaning = meaningOf(sort);
  const { permanent, retryable } = meaning;
  return `| ${sort} | ${blames(meaning)} | ${mark(permanent)} | ${mark(retryable)} | ${meaning.message} |`;
}

function blames({ blame, blameOfUrl }: Meaning): string {
  return blameOfUrl === undefined ? blame : `${blameOfUrl} for a URL, ${blame} for AWS`;
}

function codeRow({ codes, sort, message = '' }: Row): string {
  return `| ${codes.map((code) => `\`${code}\``).join(' ')} | ${sort} | ${message} |`;
}

function mark(held: boolean | undefined): string {
  return held === true ? 'yes' : '';
}
