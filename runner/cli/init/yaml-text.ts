/** A text as a key or value of YAML: plain if it is a word or a URL, else in quotes. */
export function yamlText(text: string): string {
  return /^([a-z][a-z0-9-]*|https?:\/\/[\w.~/:-]*[\w~/-])$/i.test(text) &&
    !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
