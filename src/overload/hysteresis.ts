/** A measured number compared with its limit and its release. Between the two it is neither beyond nor released. */
export interface Excess {
  readonly isBeyond: boolean;
  readonly isReleased: boolean;
}

/** A state that is entered and left only after its condition has lasted, so that a number near its limit does not make it flap. */
export class Hysteresis {
  readonly #enterAfter: number;
  readonly #leaveAfter: number;
  #isEntered = false;
  /** When the condition for the other state began to hold. */
  #since: number | undefined;

  /** Both in milliseconds. 0: at once. */
  constructor(enterAfter: number, leaveAfter: number) {
    this.#enterAfter = enterAfter;
    this.#leaveAfter = leaveAfter;
  }

  /** Whether the state is entered at this moment (monotonic, milliseconds). */
  update({ isBeyond, isReleased }: Excess, at: number): boolean {
    if (!(this.#isEntered ? isReleased : isBeyond)) this.#since = undefined;
    else {
      this.#since ??= at;
      if (at - this.#since >= (this.#isEntered ? this.#leaveAfter : this.#enterAfter)) {
        this.#isEntered = !this.#isEntered;
        this.#since = undefined;
      }
    }
    return this.#isEntered;
  }
}
