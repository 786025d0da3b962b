/** The nearest legal word, or undefined if none is near enough to suggest. */
export function didYouMean(word: string, legal: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  let nearest: { word: string; distance: number } | undefined;
  for (const candidate of legal) {
    const allowed = allowance(candidate);
    if (Math.abs(candidate.length - typed.length) > allowed) continue; // so many letters too many or too few
    const distance = editDistance(typed, candidate.toLowerCase());
    if (distance <= allowed && (nearest === undefined || distance < nearest.distance)) {
      nearest = { word: candidate, distance };
    }
  }
  return nearest?.word;
}

/** The end of a message about an unknown name: the nearest of the known ones, or all of them. `things` names them: `environments`. */
export function suggestion(word: string, known: readonly string[], things: string): string {
  const meant = didYouMean(word, known);
  return meant === undefined ? `Known ${things}: ${known.join(', ') || 'none'}.` : `Did you mean '${meant}'?`;
}

/** Permitted edits: one in a word of up to three letters, two up to seven, three beyond. */
function allowance(word: string): number {
  if (word.length <= 3) return 1;
  return word.length <= 7 ? 2 : 3;
}

/** Edit distance (Damerau): letters to drop, add, replace or swap with their neighbour, each letter moved at most once. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] as number;
}
