/** The detail of `OrderPlaced`. */
export interface OrderPlaced {
  readonly orderId: string;
  readonly sku: string;
  readonly qty: number;
  /** URL of the customer that is called when the order is stored. */
  readonly callbackUrl?: string;
}
