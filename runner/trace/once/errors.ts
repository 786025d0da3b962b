/** Thrown by an effect that knows that it did nothing: its claim is released, and it may be tried again. */
export class NotDoneError extends Error {
  override readonly name = 'NotDoneError';
}

/** Another attempt is at this effect, or was until it died: try again later. */
export class InProgressError extends Error {
  override readonly name = 'InProgressError';
}

/** It is not known if the effect happened. It is not tried again; `coalmine parked` lists it, and a person decides. */
export class ParkedError extends Error {
  override readonly name = 'ParkedError';
}

/** Two records with different payloads have one key: without `of` the second one would be taken for the first. */
export class KeyReusedError extends Error {
  override readonly name = 'KeyReusedError';
}
