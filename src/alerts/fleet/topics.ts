import type { TargetSettings } from '../target-settings.js';

/** A text for each target, which is the same on all instances with the same options. It may contain secrets: never write it. */
export function topicsOf(targets: readonly TargetSettings[]): readonly string[] {
  const counts = new Map<string, number>();
  return targets.map((target) => {
    const { kind, to, indicators, probes } = target;
    const place = target.kind === 'email' ? [target.from, target.recipients] : [target.url.href];
    const text = JSON.stringify([kind, place, to, indicators, probes]);
    const count = (counts.get(text) ?? 0) + 1;
    counts.set(text, count);
    return `${text} ${count}`;
  });
}
