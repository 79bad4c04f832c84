import type { HealthControl } from '../extension/health-control.js';
import type { HealthRefusal, OverrideTerms } from '../extension/health-override.js';

interface Current {
  readonly refusal: HealthRefusal;
  readonly withdraw: (by?: string) => void;
}

/** The refusal of traffic that operators have begun. There is at most one. */
export class Maintenance {
  readonly #control: Pick<HealthControl, 'refusals' | 'refuseTraffic'>;
  #last: Current | undefined;

  constructor(control: Pick<HealthControl, 'refusals' | 'refuseTraffic'>) {
    this.#control = control;
  }

  /** Undefined: there is none. It may have expired, or the application may have withdrawn it. */
  get current(): HealthRefusal | undefined {
    return this.#active?.refusal;
  }

  /** Begins a maintenance in place of the current one. Throws one `HealthConfigurationError` with every fault. */
  begin({ reason, ...terms }: OverrideTerms): HealthRefusal {
    const earlier = this.#active;
    const withdraw = this.#control.refuseTraffic(reason, terms);
    const refusal = this.#control.refusals.at(-1);
    if (!refusal) throw new Error('The refusal of traffic was not recorded');
    this.#last = { refusal, withdraw };
    // Withdrawn after the new one has begun, so that traffic is refused without a gap.
    earlier?.withdraw(terms.by);
    return refusal;
  }

  /** Returns whether there was one. */
  end(by: string): boolean {
    const active = this.#active;
    active?.withdraw(by);
    return active !== undefined;
  }

  get #active(): Current | undefined {
    return this.#last && this.#control.refusals.includes(this.#last.refusal) ? this.#last : undefined;
  }
}
