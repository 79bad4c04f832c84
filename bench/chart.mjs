/** The groups of the picture: CPU time per request as bars, one group for each comparison. */
const GROUPS = [
  { title: 'live', subjects: { 'nest-vitals': 'live', 'bare controller': 'bare string (live)' } },
  ...[10, 100].map((count) => ({
    title: `ready, ${count} indicators`,
    subjects: {
      'nest-vitals': `ready, ${count}`,
      'bare controller': `bare string (ready, ${count})`,
      '@nestjs/terminus': `terminus, ${count}`,
    },
  })),
];
const COLOURS = { 'nest-vitals': '#1f8a5b', 'bare controller': '#8a94a3', '@nestjs/terminus': '#c8782a' };
const WIDTH = 760;
const LEFT = 170;
const BAR = 20;
const GAP = 7;
const GROUP_GAP = 22;

export function chart({ http, environment }) {
  const cost = (name) => {
    const found = http.find(({ table, subject }) => table === 'fastify' && subject === name);
    if (!found) throw new Error(`results.json has no subject "${name}" on Fastify: run npm run bench`);
    return found.microsecondsPerRequest.median;
  };
  const groups = GROUPS.map(({ title, subjects }) => ({
    title,
    bars: Object.entries(subjects).map(([label, subject]) => ({ label, value: cost(subject) })),
  }));
  const longest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const lengthOf = (value) => Math.max(1, (value / longest) * (WIDTH - LEFT - 80));
  const parts = [];
  let top = 52;
  for (const { title, bars } of groups) {
    parts.push(text(0, top, title, 'group'));
    top += 10;
    for (const { label, value } of bars) {
      parts.push(
        text(LEFT - 10, top + 14, label, 'label', 'end'),
        `<rect x="${LEFT}" y="${top}" width="${lengthOf(value).toFixed(1)}" height="${BAR}" rx="3" fill="${COLOURS[label]}"/>`,
        text(LEFT + lengthOf(value) + 8, top + 14, `${value.toFixed(0)} µs`, 'value'),
      );
      top += BAR + GAP;
    }
    top += GROUP_GAP;
  }
  const note = `Fastify, Node ${environment.node}, ${environment.processor}; medians. Shorter is better.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img" aria-labelledby="title">
<title id="title">CPU time of the server per request: nest-vitals, a bare Nest controller, and @nestjs/terminus</title>
<style>
svg { background: #ffffff; font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; }
.head { font-size: 15px; font-weight: 600; fill: #1d2430; }
.group { font-weight: 600; fill: #1d2430; }
.label, .note { fill: #4b5563; }
.value { fill: #1d2430; font-variant-numeric: tabular-nums; }
@media (prefers-color-scheme: dark) {
  svg { background: #12161d; }
  .head, .group, .value { fill: #e6eaf0; }
  .label, .note { fill: #a6b0be; }
}
</style>
${text(0, 20, 'CPU time of the server per request', 'head')}
${parts.join('\n')}
${text(0, top - 8, note, 'note')}
</svg>
`;
}

function text(x, y, content, className, anchor = 'start') {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" class="${className}" text-anchor="${anchor}">${escaped}</text>`;
}
