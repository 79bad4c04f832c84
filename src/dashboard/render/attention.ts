import { type Content, clip, html } from '../../page/html.js';
import { lasting } from '../../page/time.js';
import { idOf } from './checks.js';
import { type PageModel, detailsOf } from './model.js';

const NAMES_SHOWN = 6;
const LONGEST_TEXT = 160;

/** The checks that have an override, because a forgotten override hides a failure. */
export function overridesOf(model: PageModel): Content {
  const names = [...detailsOf(model)].flatMap(([name, { override }]) => (override ? [name] : []));
  if (names.length === 0) return undefined;
  const links = names
    .slice(0, NAMES_SHOWN)
    .map((name, index) => html`${index > 0 && ', '}<a href="#${idOf(name)}">${name}</a>`);
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  const count = names.length === 1 ? '1 check has' : `${names.length} checks have`;
  return html`<p class="lead ov">${count} an override: ${links}${more}.</p>`;
}

/** The sources of options that need attention. Only the full view has sources. */
export function sourceProblems({ report: { sources = [] }, now }: PageModel): Content {
  return sources.map(({ name, connected, since, refused = 0, unknown = 0, unknown_names: names = [] }) => {
    const more = unknown > names.length ? ` and ${unknown - names.length} more` : '';
    const problems = [
      !connected &&
        html` is unavailable${since !== undefined && html` ${lasting(since, now)}`}, its last valid options remain in
        use.`,
      refused > 0 && ` ${refused === 1 ? '1 entry is' : `${refused} entries are`} refused.`,
      unknown > 0 && clip(` No such indicator: ${names.join(', ')}${more}.`, LONGEST_TEXT * 2),
    ].filter((problem) => problem !== false);
    return (
      problems.length > 0 && html`<p class="lead problem"><b>Source ${clip(name, LONGEST_TEXT)}</b>${problems}</p>`
    );
  });
}
