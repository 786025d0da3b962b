import { expect, it } from '@jest/globals';
import about from '../../../package.json' with { type: 'json' };
import { VERSION } from '../../../runner/core/model/version.ts';

it('the version of the code is that of its package', () => {
  expect(VERSION).toBe(about.version);
});
