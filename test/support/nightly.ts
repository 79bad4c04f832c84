/** True in the nightly run, which tests every variant and more random scenarios: `.ci/nightly tests`. */
export const isNightly = process.env['NEST_VITALS_NIGHTLY'] === 'true';
