/** The text of a part, or what changed in it: new text, and spans of chunks that stay (the first one, and how many). */
export type PartText = string | readonly (string | readonly [first: number, count: number])[];

/** A shorter part is sent as it is. */
const SHORTEST = 1000;

/** A part is split at rows and groups, because they change one at a time. */
const chunksOf = (text: string): string[] => text.split(/(?=<li|<tr|<details)/);

/** The shorter one: what changed between two texts, or the new text. */
export function patchOf(before: string | undefined, after: string): PartText {
  if (before === undefined || after.length < SHORTEST) return after;
  const known = new Map(chunksOf(before).map((chunk, index) => [chunk, index]));
  const patch: (string | [number, number])[] = [];
  for (const chunk of chunksOf(after)) {
    const index = known.get(chunk);
    const last = patch.at(-1);
    if (index === undefined) {
      if (typeof last === 'string') patch[patch.length - 1] = last + chunk;
      else patch.push(chunk);
    } else if (typeof last === 'object' && last[0] + last[1] === index) last[1] += 1;
    else patch.push([index, 1]);
  }
  return JSON.stringify(patch).length < after.length ? patch : after;
}

/** The new text. The script of a page uses it too. */
export function patched(before: string, part: PartText): string {
  if (typeof part === 'string') return part;
  const chunks = chunksOf(before);
  return part
    .map((piece) => (typeof piece === 'string' ? piece : chunks.slice(piece[0], piece[0] + piece[1]).join('')))
    .join('');
}
