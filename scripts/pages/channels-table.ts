import { KINDS } from '../../runner/registry.ts';
import { table } from './markdown.ts';

/** A page with the table of channels between its two marks. */
export function withChannels(page: string): string {
  const rows = Object.values(KINDS.channels).map(({ name, address, options, reach }) => {
    const keys = Object.entries(options).map(([key, { words, purpose }]) => {
      const values = words === undefined ? '' : ` (${words.map((word) => `\`${word}\``).join(' or ')})`;
      return `\`${key}\`${values} ${purpose}`;
    });
    return [`\`${name}\``, address, keys.join('; '), reach.by === 'aws' ? `\`${reach.action}\`` : ''];
  });
  const [begin, end] = ['<!-- channels: made by npm run generate -->', '<!-- end of channels -->'];
  const made = table(['key', 'address', 'other keys', 'permission'], rows);
  return page.replace(new RegExp(`${begin}.*${end}`, 's'), `${begin}\n\n${made}\n\n${end}`);
}
