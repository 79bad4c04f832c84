import { Child } from './child.mjs';
import { median } from './statistics.mjs';

const SCALE = [10, 100, 1000, 5000];
const GARBAGE = ['--expose-gc'];
/** In megabytes. So large that no collection of the young generation happens during a measurement. */
const ROOMY = [...GARBAGE, '--max-semi-space-size=1024', '--min-semi-space-size=1024'];

/** Measures the engine without HTTP, each figure in a separate process. */
export async function measureEngine({ processes, onProgress }) {
  const runCost = await repeated('engine/run-cost.mjs', { processes }, onProgress);
  const scale = [];
  for (const indicators of SCALE) {
    const measure = (node) => repeated('engine/fresh-probe.mjs', { processes, node, given: [indicators] }, onProgress);
    const { bytes } = await measure(ROOMY);
    // In processes with the default memory: the first use of a page of a large one costs more than a probe.
    scale.push({ ...(await measure(GARBAGE)), bytes });
  }
  const storm = await once('engine/storm.mjs', {});
  onProgress('engine/storm.mjs');
  const soak = await once('engine/soak.mjs', { node: GARBAGE });
  onProgress('engine/soak.mjs');
  return { processes, runCost, scale, storm, soak };
}

/** The median of each figure. */
async function repeated(script, { processes, ...options }, onProgress) {
  const all = [];
  for (let run = 1; run <= processes; run += 1) {
    all.push(await once(script, options));
    onProgress(`${script} ${(options.given ?? []).join(' ')}, ${run}/${processes}`);
  }
  return Object.fromEntries(Object.keys(all[0]).map((figure) => [figure, median(all.map((one) => one[figure]))]));
}

async function once(script, { node = [], given = [] }) {
  const child = new Child(script, { node, arguments: given.map(String) });
  const figures = await child.nextMessage();
  await child.stop();
  return figures;
}
