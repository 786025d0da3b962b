import { describe, expect, it } from '@jest/globals';
import { isOwnMachine, pagesAddressIn, urlOf } from '../../runner/serve/address.ts';

describe('the address of pages', () => {
  it.each([
    { text: '8080', url: 'http://127.0.0.1:8080', own: true },
    { text: 'localhost', url: 'http://localhost:7373', own: true },
    { text: '127.0.0.1:1', url: 'http://127.0.0.1:1', own: true },
    { text: '[::1]:8080', url: 'http://[::1]:8080', own: true },
    { text: '[::1]', url: 'http://[::1]:7373', own: true },
    { text: '0.0.0.0:8080', url: 'http://0.0.0.0:8080', own: false },
    { text: '10.0.0.7', url: 'http://10.0.0.7:7373', own: false },
    { text: 'runner.example:80', url: 'http://runner.example:80', own: false },
  ])('is $url for $text', ({ text, url, own }) => {
    const address = pagesAddressIn(text);

    expect(urlOf(address)).toBe(url);
    expect(isOwnMachine(address)).toBe(own);
  });

  it.each(['', '65536', 'localhost:65536', '::1', 'a b', 'http://localhost', 'host:port', '[::1]:x'])(
    "is refused: '%s'",
    (text) => {
      expect(() => pagesAddressIn(text)).toThrow(
        `'${text}' is no address for pages: write a port, a host, or both`,
      );
    },
  );
});
