import type { HealthView } from '../options/view.js';

const WIDTH: Readonly<Record<HealthView, number>> = { status: 0, components: 1, full: 2 };

/** The wider one of two views. */
export function wider(one: HealthView, other: HealthView): HealthView {
  return WIDTH[one] >= WIDTH[other] ? one : other;
}
