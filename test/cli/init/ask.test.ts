import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { asker } from '../../../runner/cli/setup/ask.ts';

function terminal() {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let printed = '';
  output.on('data', (chunk: Buffer) => void (printed += chunk.toString()));
  return { input, ask: asker(input, output), printed: () => printed };
}

describe('questions at a terminal', () => {
  it('are answered one after the other', async () => {
    const { input, ask, printed } = terminal();
    const first = ask('Name', 'shop');
    input.write('orders\n');
    expect(await first).toBe('orders');
    const second = ask('Owner', 'team');
    input.write('\n');
    expect(await second).toBe('');
    expect(printed()).toMatch(/Name \[shop\]: [^]*Owner \[team\]: /);
  });

  it('are all answered by lines that were pasted at once', async () => {
    const { input, ask } = terminal();
    const first = ask('Name', 'shop');
    input.write('orders\nteam-checkout\nhttps://shop.exa');
    const second = [await first, await ask('Owner', 'team')];
    const third = ask('Address', 'http://localhost');
    input.write('mple.com\n');
    expect([...second, await third]).toEqual(['orders', 'team-checkout', 'https://shop.example.com']);
  });

  it('end the command if the input ends', async () => {
    const { input, ask } = terminal();
    const first = ask('Name', 'shop');
    input.end();
    await expect(first).rejects.toThrow('Interrupted. Nothing was written.');
  });
});
