import { type DocumentedOptions, documentedOptions } from './option-types.js';
import { type OptionVariable, optionVariables } from './option-variables.js';

/** The types of the module's options, in their nesting order. */
const MODULE = [
  'HealthModuleOptions',
  'EndpointOptions',
  'GroupOptions',
  'AccessOptions',
  'RateLimitOptions',
  'ShutdownOptions',
  'ServiceOptions',
  'LoggingOptions',
];

/** The text of `docs/configuration.md`, from the types of the options, their doc comments and the environment variables. */
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
    '<!-- Generated from the types of the options and their doc comments by test/package/configuration.test.ts. Run `npm run docs:configuration` after a change of the options. -->',
    '',
    'Every option, with its type, default and effect. The [other guides](README.md) explain when to use an option.',
    '',
    "The type `Duration` is a time span: a whole number of milliseconds (`5000`), or text with a unit: `'500ms'`, `'5s'`, `'1m'`, `'1h'`.",
    '',
    'Options that are out of range, unknown or contradictory stop the boot with one error that lists all of them, each with its place, its value and the allowed values.',
    'Options of an indicator come from six places. The first place in this list that sets an option determines it: an [override](control.md), a [source](dynamic-configuration.md), the environment, `HealthModule.forRoot({ indicators })`, the decorator or the call that makes the indicator, `HealthModule.forRoot({ defaults })`.',
    '',
    '## The module',
    '',
    'Options of `HealthModule.forRoot(options)`; `HealthModule.forRootAsync({ imports, inject, useFactory | useClass | useExisting })` takes a factory of these options.',
    '',
    ...module.flatMap((type) => section(type, '###')),
    '## Every indicator',
    '',
    ...indicator.flatMap((type) => table(type)),
    '## The environment',
    '',
    'Operators can override the code without a build. A malformed value stops the boot with an error that names the variable, its value and the allowed values. A variable with the prefix that configures nothing is named in a warning.',
    'A time span is a number of milliseconds, or has a unit: `500ms`, `30s`, `5m`, `1h`. Lists are separated by commas. `environmentPrefix` changes the prefix `HEALTH_`.',
    '',
    'Variables of an indicator. Its name is written in capitals, with `_` for each character that is neither a letter nor a digit:',
    '',
    ...variableTable(variables.indicator),
    'With `DEFAULT` as the name (`HEALTH_DEFAULT_TIMEOUT`), a variable applies to every indicator that does not set the option itself. Variables of the module:',
    '',
    ...variableTable(variables.module),
    ...sources.flatMap((from) => [
      `## ${from === 'nest-vitals' ? 'Other options of nest-vitals' : `From ${from}`}`,
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
