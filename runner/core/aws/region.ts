/** True for a text in the form of a region of any partition: `eu-west-1`, `us-gov-west-1`, `eusc-de-east-1`, `us-isob-east-1`. */
export function isRegion(text: string): boolean {
  return /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/.test(text);
}
