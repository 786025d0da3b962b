/** An example value for each key that may be missing, as a message shows it. */
const EXAMPLES: Readonly<Record<string, string>> = {
  canary: 'order-flow',
  project: 'shop',
  part: 'place-order',
  owner: 'team-checkout',
  within: '30s',
  for: '10s',
  wait: '1s',
  times: '2',
  cron: '"0 2 * * SUN"',
  timezone: 'Europe/Berlin',
  reason: 'weekly release',
  table: 'orders',
  bus: 'orders',
  bucket: 'invoices',
  stream: 'clicks',
  logGroup: '/aws/lambda/orders',
  namespace: 'AWS/Lambda',
  metricName: 'Errors',
  events: '[{ source: shop.orders, detailType: OrderPlaced }]',
  messages: '[{ body: { sku: CANARY-SKU-1 } }]',
  source: 'shop.orders',
  detailType: 'OrderPlaced',
  every: '5m',
  from: 'response.body.id',
};

/** A key with an example value; empty for a key without an example. */
export function exampleOf(key: string): string {
  return Object.hasOwn(EXAMPLES, key) ? `${key}: ${EXAMPLES[key]}` : '';
}

/** The remedy for a missing key. */
export function toAdd(key: string): string {
  return `add ${exampleOf(key) || `${key}:`}`;
}
