/** True in the nightly run, which tests every variant and more random scenarios: `.ci/nightly tests`. */
export const isNightly = process.env['NEST_VITALS_NIGHTLY'] === 'true';

/** These cases in the nightly run, and none in another run. */
export const atNight = <const Cases extends readonly unknown[]>(...cases: Cases): Cases | readonly [] =>
  isNightly ? cases : [];
