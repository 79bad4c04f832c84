import { Faults } from '../options/faults.js';
import { checkName } from '../options/names.js';
import { type IndicatorNames, indicatorSource, namesOf, testSource } from './indicator-files.js';
import { addElement, lists, readModule } from './module-source.js';
import { type Rule, type Tree, importEnding, joinPath, readText, relativeImport } from './workspace.js';

/** The options of `nest generate`. */
export interface IndicatorOptions {
  /** The name, with folders before it if needed: `billing/payments`. */
  readonly name: string;
  /** A folder below the source root. */
  readonly path?: string;
  readonly sourceRoot?: string;
  /** True: no folder is created for the indicator. */
  readonly flat?: boolean;
  readonly spec?: boolean;
  readonly specFileSuffix?: string;
  /** True: the indicator is not added to the providers of a module. */
  readonly skipImport?: boolean;
  readonly language?: string;
}

/** Generates an indicator and its test, and adds it to the providers of the nearest module. */
export function indicator(options: IndicatorOptions): Rule {
  return (tree, { logger }) => {
    const { sourceRoot = 'src', path = '', name: given, flat = false, language = 'ts' } = options;
    if (language !== 'ts')
      throw new Error(
        `nest-vitals generates only TypeScript, but "language" is "${language}" in this project. Nothing was changed.`,
      );
    const segments = given.split(/[\\/]/);
    const names = namesOf(segments.pop() ?? '');
    if (!names) {
      throw new Error(
        `An indicator cannot be named "${given}". Use up to 64 letters, digits, "-" and "_", with a letter first: payments-api.`,
      );
    }
    // The same rule as at boot, so that the generated indicator does not stop the application.
    const faults = new Faults();
    if (!checkName(names.indicator, faults.at(''))) {
      const [{ problem, remedy } = { problem: '', remedy: '' }] = faults.list;
      throw new Error(`An indicator cannot be named "${given}": ${problem}; ${remedy}. Nothing was changed.`);
    }
    const folder = joinPath(sourceRoot, path, ...segments, flat ? '' : names.file);
    const file = createFiles(tree, folder, names, options);
    if (options.skipImport === true) return tree;
    const module = nearestModule(tree, folder);
    if (module === undefined) {
      logger.info(
        `No module was found in the folder of ${file} or above it. Add ${names.class} to the providers of a module.`,
      );
      return tree;
    }
    addProvider(tree, module, file, names);
    return tree;
  };
}

/** Creates the indicator and its test. Returns the file of the indicator. */
function createFiles(tree: Tree, folder: string, names: IndicatorNames, options: IndicatorOptions): string {
  const file = `${folder}/${names.file}.health.ts`;
  const spec = `${folder}/${names.file}.health.${options.specFileSuffix ?? 'spec'}.ts`;
  const contents = [
    [file, indicatorSource(names)] as const,
    ...(options.spec === false ? [] : [[spec, testSource(names, importEnding(tree))] as const]),
  ];
  for (const [path] of contents) if (tree.exists(path)) throw new Error(`${path} exists already. Nothing was changed.`);
  for (const [path, content] of contents) tree.create(path, content);
  return file;
}

function nearestModule(tree: Tree, folder: string): string | undefined {
  const segments = folder.split('/');
  for (let depth = segments.length; depth > 0; depth -= 1) {
    const directory = segments.slice(0, depth).join('/');
    const module = tree.getDir(`/${directory}`).subfiles.find((name) => name.endsWith('.module.ts'));
    if (module !== undefined) return `${directory}/${module}`;
  }
  return undefined;
}

function addProvider(tree: Tree, path: string, file: string, { class: name }: IndicatorNames): void {
  const module = readModule(readText(tree, path) ?? '');
  if (module && lists(module, 'providers', name)) return;
  const from = relativeImport(path, file, importEnding(tree));
  const edited = module && addElement(module, 'providers', name, { name, from });
  if (edited === undefined) {
    throw new Error(
      `The module in ${path} has a form that cannot be edited safely. Nothing was changed. Run the command with --skip-import, ` +
        `then add: import { ${name} } from '${from}', and ${name} to the providers.`,
    );
  }
  tree.overwrite(path, edited);
}
