import { Child } from './child.mjs';
import { median } from './statistics.mjs';

/**
 * Measures each start in a separate process, because a second start in one process would find the code compiled. The
 * processes are not pinned, because Node collects garbage and compiles on a second core.
 */
export async function measureStartUp({ processes, onProgress }) {
  const without = [];
  const withModule = [];
  const imported = [];
  const terminusImported = [];
  for (let run = 1; run <= processes; run += 1) {
    without.push(await startOnce('start-up/boot.mjs', 'without'));
    withModule.push(await startOnce('start-up/boot.mjs', 'with'));
    imported.push(await startOnce('start-up/import.mjs', 'nest-vitals'));
    terminusImported.push(await startOnce('start-up/import.mjs', '@nestjs/terminus'));
    onProgress(`start-up, ${run}/${processes}`);
  }
  return {
    processes,
    bootWithout: summarise(without.map(({ took }) => took)),
    bootWith: summarise(withModule.map(({ took }) => took)),
    /** The cost of the whole module at boot: pairs of runs with and without it. */
    added: summarise(withModule.map(({ took }, run) => took - without[run].took)),
    discovering: summarise(withModule.map(({ discovering }) => discovering)),
    imported: summarise(imported.map(({ took }) => took)),
    terminusImported: summarise(terminusImported.map(({ took }) => took)),
  };
}

async function startOnce(script, ...given) {
  const child = new Child(script, { arguments: given });
  const figures = await child.nextMessage();
  await child.stop();
  return figures;
}

function summarise(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
