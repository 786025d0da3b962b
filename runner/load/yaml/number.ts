import { type Numeric, numberFrom } from '../../core/base/numbers.ts';

/**
 * A plain number of YAML (1.2, core schema), without loss: 0x1F is 31, +.5 is 0.5. Undefined for numbers outside JSON: .inf, .nan, and
 * those with a leading zero.
 */
export function numberOf(source: string): Numeric | undefined {
  if (/^0x[0-9a-f]+$/i.test(source)) return numberFrom(BigInt(source).toString());
  const found = /^[-+]?(\d*)(?:\.(\d*))?([eE][-+]?\d+)?$/.exec(source);
  if (found === null) return undefined;
  const [, whole = '', fraction = '', power = ''] = found;
  const minus = source.startsWith('-') ? '-' : '';
  return numberFrom(`${minus}${whole || '0'}${fraction === '' ? '' : `.${fraction}`}${power}`);
}
