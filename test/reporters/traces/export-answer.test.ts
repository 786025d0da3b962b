import { describe, expect, it } from '@jest/globals';
import { answeredBy } from '../../../reporters/traces/export-answer.ts';

const PLACE = 'The receiver of traces at otlp.example';

describe('an answer to an export', () => {
  it.each([
    { body: '{}' },
    { body: '' },
    { body: '{"partialSuccess":{}}' },
    { body: '{"partialSuccess":{"rejectedSpans":"0"}}' },
  ])('of 200 with $body accepts all', ({ body }) => {
    expect(answeredBy({ status: 200, body }, PLACE)).toEqual({ outcome: 'taken' });
  });

  it.each([
    {
      body: '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too \u001b[31mold"}}',
      message: `${PLACE} rejected some of the spans: too \ufffd[31mold.`,
      rejected: 3,
    },
    {
      body: '{"partialSuccess":{"rejectedSpans":3}}',
      message: `${PLACE} rejected some of the spans.`,
      rejected: 3,
    },
    {
      body: '{"partialSuccess":{"errorMessage":"soon no more"}}',
      message: `${PLACE} warns: soon no more.`,
      rejected: 0,
    },
  ])('that accepts a part gives $message', ({ body, message, rejected }) => {
    expect(answeredBy({ status: 200, body: body.replace('\u001b', '\\u001b') }, PLACE)).toMatchObject({
      outcome: 'partial',
      rejected,
      fault: { message },
    });
  });

  it.each([429, 502, 503, 504])('of %d may be followed by the same request', (status) => {
    expect(answeredBy({ status, body: '' }, PLACE)).toMatchObject({
      outcome: 'refused',
      fault: { permanent: false, message: `${PLACE} answered ${status}.` },
    });
  });

  it.each([302, 400, 401, 404, 408, 413, 500, 501])('of %d is not followed by another request', (status) => {
    expect(answeredBy({ status, body: '{"message":"no such tenant"}' }, PLACE)).toMatchObject({
      outcome: 'refused',
      fault: {
        permanent: true,
        message: `${PLACE} answered ${status}: no such tenant. Correct its address or its headers.`,
      },
    });
  });

  it.each(['<html>Log in</html>', '[]', '"ok"'])('of 200 with %s is no answer of a receiver', (body) => {
    expect(answeredBy({ status: 200, body }, PLACE)).toMatchObject({
      outcome: 'refused',
      fault: {
        permanent: true,
        message: `${PLACE} answered 200 with a text that is not OTLP. Correct its address.`,
      },
    });
  });
});
