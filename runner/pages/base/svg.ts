/** A coordinate of a drawing, to a tenth of a unit. */
export function unit(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A path of a rectangle. */
export function rectangle(x: number, y: number, width: number, height: number): string {
  return `M${unit(x)} ${unit(y)}h${unit(width)}v${unit(height)}h${unit(-width)}z`;
}

/** A path of a diamond around a point; `radius` from there to a corner. */
export function diamond(x: number, y: number, radius: number): string {
  return `M${unit(x)} ${unit(y - radius)}l${radius} ${radius}-${radius} ${radius}-${radius}-${radius}z`;
}
