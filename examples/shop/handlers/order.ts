/** The detail of `OrderPlaced`. */
export interface OrderPlaced {
  readonly orderId: string;
  readonly sku: string;
  readonly qty: number;
}
