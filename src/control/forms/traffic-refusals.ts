import type { HealthControl } from '../../extension/health-control.js';
import type { HealthRefusal } from '../../extension/health-override.js';
import type { HealthView } from '../../options/view.js';
import { type Markup, html } from '../../page/html.js';
import { termsPart } from '../../page/terms.js';

/** The application may have begun any number of refusals, so not all are shown. */
const MOST_SHOWN = 10;

/**
 * Every refusal of traffic, for the forms. A refusal with an author is the maintenance of an operator, and any operator may
 * end it. A refusal without an author was begun by the application, and only the application ends it.
 */
export class TrafficRefusals {
  readonly #control: Pick<HealthControl, 'refusals' | 'endRefusal'>;
  readonly #ids = new WeakMap<HealthRefusal, string>();
  #last = 0;

  constructor(control: Pick<HealthControl, 'refusals' | 'endRefusal'>) {
    this.#control = control;
  }

  /** Whether there is a refusal that an operator may end. */
  get hasMaintenance(): boolean {
    return this.#ofOperators.length > 0;
  }

  /** The ids of the refusals that `describe` shows and that an operator may end. */
  get ids(): string {
    return this.#ofOperators
      .slice(0, MOST_SHOWN)
      .map((refusal) => this.#idOf(refusal))
      .join(' ');
  }

  /** Undefined: there is nothing to describe. `isEnd`: for the form that ends the maintenance. */
  describe(view: HealthView, isEnd: boolean): Markup | undefined {
    const operators = this.#ofOperators;
    const own = this.#ofApplication;
    if (operators.length === 0 && own.length === 0) return isEnd ? html`there is no maintenance.` : undefined;
    const ofApplication =
      own.length > 0 &&
      html`the application itself refuses traffic: ${listed(own, 'components')}. Only the application can end that.`;
    if (operators.length === 0) return html`${isEnd && 'there is no maintenance; '}${ofApplication}`;
    return html`${listed(operators, view)}${ofApplication && html`; ${ofApplication}`}`;
  }

  /** Ends those of the given refusals that an operator may end. Returns the result as a sentence. */
  end(ids: string, by: string | undefined): string {
    const given = new Set(ids.split(' '));
    const ended = this.#ofOperators
      .filter((refusal) => given.has(this.#idOf(refusal)))
      .filter((refusal) => this.#control.endRefusal(refusal, by));
    const result = ended.length > 0 ? 'The maintenance has ended.' : 'There was no maintenance any more.';
    if (this.hasMaintenance) return `${result} Traffic is still refused, because of another maintenance.`;
    return this.#ofApplication.length > 0 ? `${result} The application itself still refuses traffic.` : result;
  }

  get #ofOperators(): readonly HealthRefusal[] {
    return this.#control.refusals.filter(({ by }) => by !== undefined);
  }

  get #ofApplication(): readonly HealthRefusal[] {
    return this.#control.refusals.filter(({ by }) => by === undefined);
  }

  #idOf(refusal: HealthRefusal): string {
    const id = this.#ids.get(refusal) ?? String((this.#last += 1));
    this.#ids.set(refusal, id);
    return id;
  }
}

/** The view `components` has reasons, and no names of people. */
export function shown({ reason, by, until }: HealthRefusal, view: HealthView): Markup {
  const author = view === 'full' ? (by ?? 'the application') : undefined;
  return termsPart({ reason, by: author, until: until?.getTime() }, Date.now());
}

function listed(refusals: readonly HealthRefusal[], view: HealthView): Markup {
  const more = refusals.length - MOST_SHOWN;
  const list = refusals.slice(0, MOST_SHOWN).map((refusal, index) => html`${index > 0 && '; '}${shown(refusal, view)}`);
  return html`${list}${more > 0 && ` and ${more} more`}`;
}
