import type { FormLink } from '../../extension/control-forms.js';
import { type Content, html } from '../../page/html.js';

/** The links to forms. `of`: the name of what they change, for screen readers, which may list links without their context. */
export function formLinks(links: readonly FormLink[] = [], of = ''): Content {
  if (links.length === 0) return undefined;
  const hidden = of !== '' && html`<span class="vh"> ${of}</span>`;
  return html`<span class="acts">${links.map(({ label, url }) => html`<a href="${url}">${label}${hidden}</a>`)}</span>`;
}
