/** Preloaded with `--import`: the system clock of this process is wrong by CLOCK_OFFSET milliseconds. */
const offset = Number(process.env['CLOCK_OFFSET']);
const SystemDate = Date;
const now = (): number => SystemDate.now() + offset;

globalThis.Date = new Proxy(SystemDate, {
  construct: (target, given: readonly unknown[], newTarget) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget) as Date,
  apply: () => new SystemDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
});
