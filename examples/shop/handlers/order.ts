import type { Correlation } from '../../../runner/trace/index.ts';

/** The detail of `OrderPlaced`. */
export interface OrderPlaced {
  readonly orderId: string;
  readonly sku: string;
  readonly qty: number;
  readonly metadata?: Partial<Correlation>;
}
