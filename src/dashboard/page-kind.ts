import type { HealthView } from '../options/view.js';

const SUFFIX = ' with forms';

/** Pages of one kind have the same content. It depends on the view, and on whether the page links to forms. */
export type PageKind = HealthView | `${HealthView}${typeof SUFFIX}`;

export const pageKind = (view: HealthView, hasForms: boolean): PageKind => (hasForms ? `${view}${SUFFIX}` : view);

export const hasForms = (kind: PageKind): boolean => kind.endsWith(SUFFIX);

export const viewOf = (kind: PageKind): HealthView => kind.replace(SUFFIX, '') as HealthView;
