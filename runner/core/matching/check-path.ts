/** True if a path of a check is another one, or lies below it. The empty path is the whole. */
export function isWithin(path: string, outer: string): boolean {
  return path === outer || isBelow(path, outer);
}

/** True if a path of a check lies below another one. */
export function isBelow(path: string, outer: string): boolean {
  return outer === '' ? path !== '' : path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}
