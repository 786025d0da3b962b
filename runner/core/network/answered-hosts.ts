const MINUTE_MS = 60_000;
const LOOPBACK = /^(localhost|.*\.localhost|127\.[\d.]+|\[::1\])\.?(:\d+)?$/i;

/**
 * Hosts that answered lately. A DNS failure, or a network without a route, is the watched system's fault only if the network of
 * the runner works. Another host's answer shows that. The runner's own machine shows nothing.
 */
export class AnsweredHosts {
  #newest: { readonly host: string; readonly atMs: number } | undefined;
  /** The newest answer of any host other than the one of the newest answer. */
  #other: { readonly host: string; readonly atMs: number } | undefined;

  /** Records an answer, of whatever status. */
  note(host: string, atMs: number): void {
    if (LOOPBACK.test(host)) return;
    if (this.#newest !== undefined && this.#newest.host !== host) this.#other = this.#newest;
    this.#newest = { host, atMs };
  }

  /** True if another host answered within the last minute. */
  byAnother(host: string, nowMs: number): boolean {
    return [this.#newest, this.#other].some(
      (one) => one !== undefined && one.host !== host && nowMs - one.atMs <= MINUTE_MS,
    );
  }
}
