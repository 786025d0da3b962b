import { isJsonList, type Json, type JsonMap } from '../base/json.ts';
import { headerTexts, signsIn } from '../expression/credentials.ts';
import { isParameter } from '../expression/written-secrets.ts';

/** A text that authenticates the sender of a request, and the name of its header or parameter. */
export interface SentCredential {
  readonly name: string;
  readonly text: string;
}

/** The credentials that a system sent along, by the names of its headers and of the parameters of its query. Each is a secret. */
export function credentialsInRequest({
  headers,
  query,
}: {
  /** By name in lower case. */
  readonly headers: JsonMap;
  readonly query: JsonMap;
}): readonly SentCredential[] {
  return [
    ...Object.entries(headers)
      .filter(([name]) => signsIn(name))
      .flatMap(([name, value]) =>
        textsOf(value).flatMap((text) =>
          [text, ...headerTexts(name, text)].map((one) => ({ name, text: one })),
        ),
      ),
    ...Object.entries(query)
      .filter(([name]) => isParameter(name) || signsIn(kebab(name)))
      .flatMap(([name, value]) => textsOf(value).map((text) => ({ name, text }))),
  ];
}

/** The text of a value, or the texts of a list: a header or a parameter may be repeated. */
export function textsOf(value: Json): readonly string[] {
  return (isJsonList(value) ? value : [value]).map(String);
}

/** `shopToken_v2` as a header would have it: `shop-token-v2`. */
function kebab(name: string): string {
  return name
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll(/[_.]/g, '-')
    .toLowerCase();
}
