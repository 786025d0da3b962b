import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodingsOf, isShort } from '../../../runner/core/redaction/encodings.ts';
import { SHORTEST_NEEDLE } from '../../../runner/core/redaction/needles.ts';
import { MASK, NO_SECRETS, redactorOf, secretsOf } from '../../../runner/core/redaction/redact.ts';

/** The forms in which a secret travels (reliability figures, Y4). */
const FORMS: Readonly<Record<string, (secret: string) => string>> = {
  raw: (secret) => secret,
  URL: (secret) => encodeURIComponent(secret),
  'URL in lower case': (secret) => encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
  form: (secret) => new URLSearchParams({ s: secret }).toString().slice(2),
  JSON: (secret) => JSON.stringify(secret),
  'JSON in JSON': (secret) => JSON.stringify(JSON.stringify(secret)),
  base64: (secret) => Buffer.from(secret).toString('base64'),
  'base64 with one byte before': (secret) => Buffer.from(`a${secret}bc`).toString('base64'),
  'base64 with two bytes before': (secret) => Buffer.from(`ab${secret}c`).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  'double base64': (secret) => Buffer.from(Buffer.from(secret).toString('base64')).toString('base64'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  HEX: (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  HTML: (secret) =>
    secret.replace(
      /[&<>"']/g,
      (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[one] as string,
    ),
};

const CONTEXTS: readonly ((form: string) => string)[] = [
  (form) => form,
  (form) => `Authorization: Bearer ${form}`,
  (form) => `https://example.com/?token=${form}&x=1`,
  (form) => `{"a":"${form}"}`,
  (form) => `${form}${form}`,
  (form) => `\n  at x (${form})\n`,
];

const SECRETS = Array.from(
  { length: 50 },
  (_, n) => `s${n}/+=&<"'\\ pass-${(n * 7919).toString(36)}-${'xyz'.repeat(n % 4)}é${n}`,
);

describe('redactorOf', () => {
  it.each(Object.keys(FORMS))('leaves nothing of 50 secrets in the form %s, in any of 6 contexts', (form) => {
    const redactor = redactorOf(SECRETS);
    const spell = FORMS[form] as (secret: string) => string;

    for (const secret of SECRETS) {
      for (const context of CONTEXTS) {
        const written = redactor.text(context(spell(secret)));

        expect(written).toContain(MASK);
        expect(written).not.toContain(spell(secret).slice(2, -6));
      }
    }
  });

  it('bites: without a redactor the secret is there', () => {
    expect(NO_SECRETS.text(`x ${SECRETS[0]}`)).toContain(SECRETS[0]);
    expect(NO_SECRETS.deep({ a: SECRETS[0] })).toEqual({ a: SECRETS[0] });
  });

  it('goes into maps, lists and keys, and leaves other values as they are', () => {
    const redactor = redactorOf(['correct horse']);

    const clean = redactor.deep({
      'correct horse': ['a correct horse', 1, null, { deep: 'correct horse' }],
      n: 2,
    });

    expect(clean).toEqual({ [MASK]: [`a ${MASK}`, 1, null, { deep: MASK }], n: 2 });
  });

  it('copies a member that JSON calls __proto__ as any other, and what it was given stays as it was', () => {
    const { redactor } = secretsOf(['correct horse']);
    const text = '{"__proto__":{"a":"correct horse"},"b":1}';
    const given = JSON.parse(text) as object;

    const clean = redactor.deep(given);

    expect(JSON.stringify(clean)).toBe(`{"__proto__":{"a":"${MASK}"},"b":1}`);
    expect(Object.getPrototypeOf(clean)).toBe(Object.prototype);
    expect(JSON.stringify(given)).toBe(text);
  });

  it('masks the lines of a secret of several lines one by one', () => {
    const redactor = redactorOf(['first-line-of-key\nsecond-line-of-key\n-']);

    expect(redactor.text('got second-line-of-key')).toBe(`got ${MASK}`);
  });

  it('masks the longer of two secrets first', () => {
    expect(redactorOf(['password', 'password-two']).text('password-two')).toBe(MASK);
  });

  it('has nothing to do without secrets', () => {
    expect(redactorOf([])).toBe(NO_SECRETS);
  });

  it('masks secrets that overlap as one', () => {
    expect(redactorOf(['abcdefgh', 'efghijkl', 'mnopqrst']).text('>abcdefghijklmnopqrst<')).toBe(`>${MASK}<`);
  });

  it('finds a secret in mixed spellings that no encoder would make', () => {
    const redactor = redactorOf(['p@ss/w"rd é']);

    expect(redactor.text('x=p%40ss\\/w&quot;rd%20\\u00e9.')).toBe(`x=${MASK}.`);
  });

  it('masks a number that is a secret as a whole, and no other', () => {
    expect(redactorOf(['12345678']).deep([12345678, 123456789])).toEqual([MASK, 123456789]);
  });

  it.each([
    { end: 'abcdefgh', left: '' },
    { end: 'abcde', left: 'abcde' },
    { end: 'abcdefghij%C', left: '' },
    { end: 'abcdefghij\\u00', left: '' },
    { end: 'abcdefghij\ufffd', left: '' },
    { end: 'xyzabcdefghi', left: 'xyz' },
  ])('masks the beginning of a secret at which a long text was cut: $end', ({ end, left }) => {
    const long = ' '.repeat(5_000);
    const redactor = redactorOf(['abcdefghijéklm']);

    expect(redactor.text(`${long}${end}`)).toBe(`${long}${left}${left === end ? '' : MASK}`);
    expect(redactor.text(end)).toBe(end);
  });
});

describe('secretsOf', () => {
  it('masks what it was given and what it learned, and nothing short', () => {
    const { redactor, learn } = secretsOf(['first-secret', 'short']);
    learn('second-secret');
    learn('second-secret');

    expect(redactor.text('first-secret second-secret short')).toBe(`${MASK} ${MASK} short`);
  });
});

describe('a short secret', () => {
  it('is masked in every encoding where that is asked for, from four characters on', () => {
    const { redactor, learn } = secretsOf();
    for (const secret of ['pin1', 'abc']) learn(secret, { evenShort: true });
    learn('pin2', { evenShort: false });

    const encoded = Buffer.from('x=pin1').toString('base64');
    expect(redactor.text(`/pin1 /abc /pin2 PIN1 ${encoded}`)).toMatch(
      /^\/\*{3} \/abc \/pin2 \*{3} \S*\*{3}\S*$/,
    );
    expect(redactor.text(encoded)).not.toContain(encoded.slice(-4));
  });

  it('has no encoding that is too short to be searched for', () => {
    expect(encodingsOf('   &', SHORTEST_NEEDLE)).not.toContain('+++');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: SHORTEST_NEEDLE, maxLength: 7 }), (secret) => {
        for (const spelling of encodingsOf(secret, SHORTEST_NEEDLE))
          expect(spelling.length).toBeGreaterThanOrEqual(SHORTEST_NEEDLE);
      }),
    );
  });
});

describe('a short member of a secret', () => {
  const { redactor, learnMember } = secretsOf();
  for (const [key, value] of [
    ['password', 'short'],
    ['port', '5432'],
    ['a', '1'],
    ['', 'nokey'],
    ['empty', ''],
    ['password', 'short'],
  ] as const)
    learnMember(key, value);

  it.each([
    '{"password":"short","user":"anna"}',
    '{"password": "short"}',
    '{"port":5432}',
    'password=short',
    'password: short',
    '{\\"password\\":\\"short\\"}',
    '%22password%22%3A%22short%22',
  ])('is masked next to its key: %s', (text) => {
    expect(redactor.text(text)).not.toMatch(/short|5432/);
  });

  it('is masked as the value of its key, and nowhere else', () => {
    expect(redactor.deep({ password: 'short', port: 5432, other: 'short', a: 1, user: ['5432'] })).toEqual({
      password: MASK,
      port: MASK,
      other: 'short',
      a: MASK,
      user: ['5432'],
    });
    expect(redactor.text('a short text, a: 1, nokey, : nokey, 5432')).toBe(
      'a short text, a: 1, nokey, : nokey, 5432',
    );
  });
});

describe('a secret with blanks at its ends', () => {
  it('is masked without them too, and counts without them', () => {
    const { text } = redactorOf(['  hunter2-and-more \n']);

    expect(text('x hunter2-and-more y')).toBe('x *** y');
    expect(isShort('   seven7   ')).toBe(true);
    expect(isShort('  eight888 ')).toBe(false);
  });
});

describe('a value without a text, under the key of a member', () => {
  it('stays as it is', () => {
    const { redactor, learnMember } = secretsOf();
    learnMember('pin', '1234');

    expect(redactor.deep({ pin: null })).toEqual({ pin: null });
  });
});
