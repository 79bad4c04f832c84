export function median(values) {
  return quantile(values, 0.5);
}

/** The first and the third quartile. Half of the values are between them. */
export function interquartile(values) {
  return [quantile(values, 0.25), quantile(values, 0.75)];
}

/** `1.02 (0.98–1.05)`: the median and the quartiles of a figure. Empty if the figure is undefined. */
export function spread(figure, digits = 2) {
  if (!figure) return '';
  const [first, third] = figure.quartiles.map((value) => value.toFixed(digits));
  return `${figure.median.toFixed(digits)} (${first}–${third})`;
}

/** Interpolates linearly between the two nearest values. NaN without values. */
export function quantile(values, share) {
  const sorted = values.toSorted((one, other) => one - other);
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

/** The elements in random order (Fisher-Yates shuffle). */
export function shuffled(values) {
  const order = [...values];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}
