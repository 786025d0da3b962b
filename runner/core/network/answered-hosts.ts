const MINUTE_MS = 60_000;
const LOOPBACK = /^(localhost|.*\.localhost|127\.[\d.]+|\[::1\])\.?(:\d+)?$/i;

/**
 * Hosts that answered lately. A name that DNS does not answer for, or a network without a route, is the watched system's fault only
 * if the network of the runner works; another host's answer shows it. The runner's own machine shows nothing.
 */
export class AnsweredHosts {
  #newest: { readonly host: string; readonly atMs: number } | undefined;
  /** The newest answer of another host than the newest one. */
  #other: { readonly host: string; readonly atMs: number } | undefined;

  /** Notes an answer, of whatever status. */
  note(host: string, atMs: number): void {
    if (LOOPBACK.test(host)) return;
    if (this.#newest !== undefined && this.#newest.host !== host) this.#other = this.#newest;
    this.#newest = { host, atMs };
  }

  /** True if a host other than this one answered within the last minute. */
  byAnother(host: string, nowMs: number): boolean {
    return [this.#newest, this.#other].some(
      (one) => one !== undefined && one.host !== host && nowMs - one.atMs <= MINUTE_MS,
    );
  }
}
