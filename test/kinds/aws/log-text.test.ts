import { describe, expect, it } from '@jest/globals';
import { recordsIn } from '../../../runner/kinds/aws/log-text.ts';

const TIME = '2026-11-29T17:00:00.000Z';
const REQUEST = '8f507cfc-xmpl-4697-b07a-ac58fc914c95';

/** The one record of a text, without the text. */
function record(text: string) {
  const [{ text: whole, ...rest }, ...others] = recordsIn(text) as [ReturnType<typeof recordsIn>[0]];
  expect([whole, others]).toEqual([text, []]);
  return rest;
}

describe('a line of a log', () => {
  it.each([
    {
      line: 'JSON',
      text: '{"level":"ERROR","message":"no stock","code":7}\n',
      message: 'no stock',
      fields: { level: 'ERROR', code: 7 },
    },
    { line: 'JSON without a message', text: ' {"code":7}', message: '{"code":7}', fields: { code: 7 } },
    {
      line: 'JSON over several lines',
      text: '{\n  "level": "WARN"\n}',
      message: '{\n  "level": "WARN"\n}',
      fields: { level: 'WARN' },
    },
    {
      line: 'JSON with a message that is no text',
      text: '{"message":{"a":1}}',
      message: { a: 1 },
      fields: {},
    },
    {
      line: 'Lambda’s text form of Node.js, with JSON',
      text: `${TIME}\t${REQUEST}\tINFO\t{"level":"ERROR","code":7}\n`,
      message: '{"level":"ERROR","code":7}',
      fields: { level: 'ERROR', requestId: REQUEST, code: 7 },
    },
    {
      line: 'an error of Node.js that no handler caught',
      text: `${TIME}\t${REQUEST}\tERROR\tInvoke Error \t{"errorType":"Error","errorMessage":"boom"}`,
      message: 'Invoke Error \t{"errorType":"Error","errorMessage":"boom"}',
      fields: { level: 'ERROR', requestId: REQUEST, errorType: 'Error', errorMessage: 'boom' },
    },
    {
      line: 'Lambda’s text form of Python, with JSON behind words',
      text: `[WARNING]\t${TIME}\t${REQUEST}\tstored {"code":7}`,
      message: 'stored {"code":7}',
      fields: { level: 'WARNING', requestId: REQUEST, code: 7 },
    },
    {
      line: 'JSON that a container’s log driver wrapped',
      text: '{"log":"{\\"level\\":\\"ERROR\\",\\"code\\":7}\\n","stream":"stderr"}',
      message: '{"level":"ERROR","code":7}',
      fields: { log: '{"level":"ERROR","code":7}\n', stream: 'stderr', level: 'ERROR', code: 7 },
    },
    {
      line: 'JSON with a level, and text in its field log',
      text: '{"level":"INFO","log":"no stock"}',
      message: 'no stock',
      fields: { level: 'INFO', log: 'no stock' },
    },
    {
      line: 'JSON of Python, with numbers that JSON does not have',
      text: '{"level":"ERROR","ratio":NaN,"most":-Infinity,"said":"NaN"}',
      message: '{"level":"ERROR","ratio":NaN,"most":-Infinity,"said":"NaN"}',
      fields: { level: 'ERROR', ratio: 'NaN', most: '-Infinity', said: 'NaN' },
    },
    {
      line: 'of the Lambda platform',
      text: `REPORT RequestId: ${REQUEST}\tDuration: 3 ms\tXRAY TraceId: 1-67\t\n`,
      message: `REPORT RequestId: ${REQUEST}\tDuration: 3 ms\tXRAY TraceId: 1-67`,
      fields: {},
    },
  ])('that is $line, is read as a whole', ({ text, message, fields }) => {
    expect(record(text)).toEqual({ message, fields, partial: false });
  });

  it.each([
    { line: 'words', text: 'order 7 stored', message: 'order 7 stored', fields: {} },
    {
      line: 'JSON behind words of another form',
      text: 'ERROR {"code":7}',
      message: 'ERROR {"code":7}',
      fields: { code: 7 },
    },
    {
      line: 'JSON behind words with a brace of their own',
      text: 'a {b} {"code":{"n":7}}',
      message: 'a {b} {"code":{"n":7}}',
      fields: { code: { n: 7 } },
    },
    { line: 'JSON that is cut', text: '{"level":"ERROR","a', message: '{"level":"ERROR","a', fields: {} },
    { line: 'JSON before words', text: '{"a":1} done', message: '{"a":1} done', fields: {} },
    { line: 'like JSON only', text: '{a} {b}', message: '{a} {b}', fields: {} },
    { line: 'a list', text: '[{"a":1}]', message: '[{"a":1}]', fields: {} },
    {
      line: 'Lambda’s text form of Python, without JSON',
      text: `[ERROR]\t${TIME}\t${REQUEST}\tboom`,
      message: 'boom',
      fields: { level: 'ERROR', requestId: REQUEST },
    },
    {
      line: 'an error of Python that no handler caught',
      text: '[ERROR] ValueError: boom\rTraceback (most recent call last):\r  File "x.py"',
      message: 'ValueError: boom\rTraceback (most recent call last):\r  File "x.py"',
      fields: { level: 'ERROR' },
    },
    {
      line: 'Lambda’s text form of Node.js, without JSON',
      text: `${TIME}\tundefined\tinfo\tlistening\n`,
      message: 'listening',
      fields: { level: 'info', requestId: 'undefined' },
    },
  ])('that is $line, may say more than its fields do', ({ text, message, fields }) => {
    expect(record(text)).toEqual({ message, fields, partial: true });
  });

  it('keeps a number that a double cannot hold', () => {
    expect(JSON.stringify(record('{"orderId":1234567890123456789}').fields)).toBe(
      '{"orderId":1234567890123456789}',
    );
  });

  it('is several records if single lines of it are JSON', () => {
    const text = `START\n{"level":"ERROR"}\r\n\n${TIME}\t${REQUEST}\tINFO\tdone\n`;

    expect(recordsIn(text)).toEqual([
      { text: 'START', message: 'START', fields: {}, partial: true },
      { text: '{"level":"ERROR"}', message: '{"level":"ERROR"}', fields: { level: 'ERROR' }, partial: false },
      {
        text: `${TIME}\t${REQUEST}\tINFO\tdone`,
        message: 'done',
        fields: { level: 'INFO', requestId: REQUEST },
        partial: true,
      },
    ]);
  });

  it('is read in a number of steps that its braces do not multiply', () => {
    const text = `${'{'.repeat(200_000)}}`;

    expect(record(text)).toMatchObject({ fields: {}, partial: true });
  });
});
