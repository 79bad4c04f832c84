/** A histogram like that of `monitorEventLoopDelay()`, with values from the test. */
export class FakeHistogram {
  static all: FakeHistogram[] = [];
  /** In milliseconds, with the interval between two samples. */
  static percentiles: Record<number, number> = {};
  count = 100;
  isEnabled = false;
  resets = 0;
  constructor(readonly options: object) {
    FakeHistogram.all.push(this);
  }
  enable(): void {
    this.isEnabled = true;
  }
  disable(): void {
    this.isEnabled = false;
  }
  reset(): void {
    this.resets += 1;
    this.count = 0;
  }
  /** In nanoseconds. */
  percentile(of: number): number {
    return (FakeHistogram.percentiles[of] ?? 0) * 1e6;
  }
}
