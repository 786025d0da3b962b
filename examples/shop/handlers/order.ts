import type { Correlation } from '@coalmine/trace';

/** The detail of `OrderPlaced`. */
export interface OrderPlaced {
  readonly orderId: string;
  readonly sku: string;
  readonly qty: number;
  readonly metadata?: Partial<Correlation>;
}
