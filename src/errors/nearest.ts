/** At most two letters may differ, and at most a third of them. */
const MOST_EDITS = 2;

/** The known word that is most similar to a misspelt word. Case does not matter. Undefined if no word is similar. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const most = Math.min(MOST_EDITS, Math.ceil(given.length / 3));
  let best: string | undefined;
  let fewest = most + 1;
  for (const word of known) {
    // Words whose lengths differ by more cannot be similar, so most words need no comparison.
    if (Math.abs(word.length - given.length) > most) continue;
    const count = edits(given.toLowerCase(), word.toLowerCase());
    if (count < fewest) [best, fewest] = [word, count];
  }
  return best;
}

/** The optimal string alignment distance: letters inserted, removed, replaced, or swapped with the next. */
function edits(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      let count = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (isSame ? 0 : 1));
      const isSwapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (isSwapped) count = Math.min(count, at(beforeLast, column - 2) + 1);
      current.push(count);
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, to.length);
}

function at(counts: readonly number[], index: number): number {
  return counts[index] ?? Infinity;
}
