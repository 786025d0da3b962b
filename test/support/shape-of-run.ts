/** A printed run without its variable parts: ids, times, ports, number and order of polls, late views of what was in time. */
export function shapeOf(run: string): string {
  return (
    run
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replaceAll(/(?<![0-9a-f])[0-9a-f]{8,}(?:-[0-9a-f]{4,}){0,4}(?![0-9a-f])/g, 'ID')
      .replaceAll(/"qty":\d/g, '"qty":N')
      .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')
      .replaceAll(/\b\d+(?:\.\d+)? ?(?:ms|s|min)\b/g, 'DURATION')
      .replaceAll(', seen DURATION later', '')
      .replaceAll(/\b\d+ polls?\b/g, 'POLLS')
      // Two events in a row have the same moment, or not: EventBridge dates them by the second.
      .replaceAll(/the first two (?:differ: .*|are alike, but for their ids)/g, 'DIFFERENCE')
      .replaceAll(/(?<=last seen: ).*/g, (trail) => trail.split(' → ').toSorted().join(' → '))
  );
}
