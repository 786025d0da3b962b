/** `Order Flow`, `orderFlow` and `order_flow` as `order-flow`; empty for a text without letters or digits. */
export function inKebabCase(text: string): string {
  return text
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

/** `order-id` as `orderId`; empty for a text without letters. */
export function inCamelCase(text: string): string {
  return text
    .replace(/^[^A-Za-z_]+|\W+$/g, '')
    .replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase());
}
