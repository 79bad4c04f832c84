import { type DocumentedOptions, documentedOptions } from './option-types.js';
import { type OptionVariable, optionVariables } from './option-variables.js';

/** Those of the module first, in the order in which they are nested. */
const MODULE = [
  'HealthModuleOptions',
  'EndpointOptions',
  'GroupOptions',
  'AccessOptions',
  'ShutdownOptions',
  'ServiceOptions',
  'LoggingOptions',
];

/** `docs/configuration.md`, made of the types of the options, their doc comments, and what the environment is asked for. */
export function configurationReference(): string {
  const all = documentedOptions();
  const named = (name: string): DocumentedOptions[] => all.filter((type) => type.name === name);
  const indicator = named('HealthIndicatorOptions');
  const module = MODULE.flatMap(named);
  const others = all.filter((type) => !module.includes(type) && !indicator.includes(type) && type.options.length > 0);
  const sources = [...new Set(others.map(({ from }) => from))];
  const variables = optionVariables();

  return [
    '# Configuration reference',
    '',
    '<!-- Made of the types of the options and their doc comments by test/package/configuration.test.ts. Run `npm run docs:configuration` after a change of those. -->',
    '',
    'Every option there is: where it is set, its type, and what its doc comment says. What an option is good for stands in the [other guides](README.md).',
    '',
    'Options that are out of range, unknown or contradictory stop the boot with one error that lists them all, each with its place, its value and what is allowed.',
    'Options of an indicator come from four places; the first that sets one wins: the environment, `HealthModule.forRoot({ indicators })`, the decorator or the call that makes the indicator, `HealthModule.forRoot({ defaults })`.',
    '',
    '## The module',
    '',
    'Options of `HealthModule.forRoot(options)`; `HealthModule.forRootAsync({ imports, inject, useFactory | useClass | useExisting })` takes what makes them.',
    '',
    ...module.flatMap((type) => section(type, '###')),
    '## Every indicator',
    '',
    ...indicator.flatMap((type) => table(type)),
    '## The environment',
    '',
    'Operators can override the code without a build. A malformed value stops the boot with an error that names the variable, its value and what is allowed; a variable with the prefix that configures nothing is named in a warning.',
    'Durations are milliseconds, or have a unit: `500ms`, `30s`, `5m`, `1h`. Lists are separated by commas. Another prefix than `HEALTH_` is set by `environmentPrefix`.',
    '',
    'Of an indicator, whose name is written in capitals, with `_` for what is no letter or digit:',
    '',
    ...variableTable(variables.indicator),
    'The same with `DEFAULT` for the name, as `HEALTH_DEFAULT_TIMEOUT`, is for every indicator that sets none of its own. Of the module:',
    '',
    ...variableTable(variables.module),
    ...sources.flatMap((from) => [
      `## ${from === 'nest-vitals' ? 'What else is imported from nest-vitals' : `From ${from}`}`,
      '',
      ...others.filter((type) => type.from === from).flatMap((type) => section(type, '###')),
    ]),
  ].join('\n');
}

function section(type: DocumentedOptions, heading: string): string[] {
  return [`${heading} ${type.name}`, '', ...(type.comment ? [type.comment, ''] : []), ...table(type)];
}

function table({ options }: DocumentedOptions): string[] {
  return [
    '| option | type | |',
    '| --- | --- | --- |',
    ...options.map(({ name, type, isRequired, comment }) =>
      row(`\`${name}\`${isRequired ? ' (required)' : ''}`, code(type), comment),
    ),
    '',
  ];
}

function variableTable(variables: readonly OptionVariable[]): string[] {
  return [
    '| variable | value |',
    '| --- | --- |',
    ...variables.map(({ name, expected }) => row(`\`${name}\``, expected)),
    '',
  ];
}

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const code = (text: string): string => `\`${text}\``;
