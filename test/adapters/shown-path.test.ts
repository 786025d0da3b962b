import { posix, win32 } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { patternOf, shownPath } from '../../runner/adapters/references/shown-path.ts';

describe('a path that is shown', () => {
  it.each([
    [win32, 'C:\\work\\shop', 'C:\\work\\shop\\canaries\\orders.canary.yaml', 'canaries/orders.canary.yaml'],
    [win32, 'C:\\work\\shop', 'C:\\work\\other\\a.canary.yaml', '../other/a.canary.yaml'],
    [win32, 'C:\\work\\shop', 'D:\\canaries\\a.canary.yaml', 'D:/canaries/a.canary.yaml'],
    [win32, 'C:\\Work\\Shop', 'c:\\work\\shop\\a.canary.yaml', 'a.canary.yaml'],
    [win32, 'C:\\work', 'C:\\work', '.'],
    [win32, 'C:\\work', '\\\\server\\share\\a.canary.yaml', '//server/share/a.canary.yaml'],
    [posix, '/work/shop', '/work/shop/canaries/a.canary.yaml', 'canaries/a.canary.yaml'],
    [posix, '/work/shop', '/work/shop/odd\\name.canary.yaml', 'odd\\name.canary.yaml'],
    [posix, '/work', '/work', '.'],
  ])('%# from %s is relative, with slashes', (of, cwd, full, shown) => {
    expect(shownPath(cwd, full, of)).toBe(shown);
  });
});

describe('a pattern among the arguments', () => {
  it.each([
    [win32, 'canaries\\*.canary.yaml', 'canaries/*.canary.yaml'],
    [win32, 'canaries\\orders.canary.yaml', undefined],
    [posix, 'canaries/**/*.canary.yaml', 'canaries/**/*.canary.yaml'],
    [posix, 'canaries/{orders,stock}', 'canaries/{orders,stock}'],
    [posix, 'canaries', undefined],
  ])('%# is %s', (of, argument, pattern) => {
    expect(patternOf(argument, of)).toBe(pattern);
  });
});
