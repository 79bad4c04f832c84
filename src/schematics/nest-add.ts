import { indicator } from './indicator.js';
import { enableShutdownHooks } from './main-source.js';
import { addElement, imports, mentions, readModule } from './module-source.js';
import { watchWithoutShell } from './watch-scripts.js';
import { type Context, type Rule, type Tree, joinPath, readText } from './workspace.js';

/** The options of `nest add`. */
export interface NestAddOptions {
  readonly sourceRoot?: string;
  /** The file of the root module, below the source root. */
  readonly module?: string;
  /** The name of the first indicator. */
  readonly indicator?: string;
  readonly spec?: boolean;
}

const BY_HAND =
  "Add it yourself: import { HealthModule } from 'nest-vitals', and HealthModule.forRoot() to the imports of the root module.";

/** Adds `HealthModule` to the root module, enables the shutdown hooks, and generates a first indicator. */
export function nestAdd(options: NestAddOptions = {}): Rule {
  return (tree, context) => {
    const { sourceRoot = 'src', spec = true, indicator: name = 'app' } = options;
    const path = rootModule(tree, sourceRoot, options.module);
    const text = path === undefined ? undefined : readText(tree, path);
    if (path === undefined || text === undefined) {
      throw new Error(`No root module was found in ${sourceRoot}. Give its file with --module=<file>. ${BY_HAND}`);
    }
    const module = readModule(text);
    if (!module) throw notEditable(path);
    if (imports(module, 'HealthModule', 'nest-vitals')) {
      context.logger.info(`${path} imports HealthModule of nest-vitals already. Nothing was changed.`);
      return tree;
    }
    // The application may have its own HealthModule.
    const isTaken = mentions(module, 'HealthModule');
    const edited = addElement(module, 'imports', `${isTaken ? 'VitalsModule' : 'HealthModule'}.forRoot()`, {
      name: isTaken ? 'HealthModule as VitalsModule' : 'HealthModule',
      from: 'nest-vitals',
    });
    if (edited === undefined) throw notEditable(path);
    tree.overwrite(path, edited);
    editMain(tree, context, sourceRoot);
    editWatchScripts(tree, context);
    context.logger.info(
      'The endpoints are /health/live, /health/ready, /health/startup and /health/deep. /health/ready responds with 503 until the ' +
        'check() of the generated indicator is written.',
    );
    return indicator({ name, sourceRoot, spec, path: 'health', flat: true })(tree, context);
  };
}

/** Without the hooks, Node ends the process at SIGTERM, and the drain does not run. */
function editMain(tree: Tree, { logger }: Context, sourceRoot: string): void {
  const path = joinPath(sourceRoot, 'main.ts');
  const source = enableShutdownHooks(readText(tree, path) ?? '');
  if (source.kind === 'edited') tree.overwrite(path, source.text);
  if (source.kind === 'unclear') {
    logger.info(
      `Call app.enableShutdownHooks() in ${path}, after the application is created. Without it, SIGTERM ends the process at once.`,
    );
  }
}

function editWatchScripts(tree: Tree, { logger }: Context): void {
  const { text, scripts } = watchWithoutShell(readText(tree, 'package.json') ?? '');
  if (scripts.length === 0) return;
  tree.overwrite('package.json', text);
  logger.info(
    `${scripts.join(' and ')}: added --no-shell to nest start, so that a restart waits until the old process has released its port.`,
  );
}

function notEditable(path: string): Error {
  return new Error(`The module in ${path} has a form that cannot be edited safely. Nothing was changed. ${BY_HAND}`);
}

function rootModule(tree: Tree, sourceRoot: string, given: string | undefined): string | undefined {
  if (given !== undefined) {
    return [joinPath(sourceRoot, given), joinPath(given)].find((path) => tree.exists(path));
  }
  return fromMain(tree, sourceRoot) ?? [joinPath(sourceRoot, 'app.module.ts')].find((path) => tree.exists(path));
}

/** The module that `main.ts` passes to `NestFactory`. */
function fromMain(tree: Tree, sourceRoot: string): string | undefined {
  const main = readText(tree, joinPath(sourceRoot, 'main.ts'));
  const name = main && /NestFactory\s*\.\s*create\w*\s*(?:<[^(]*>)?\(\s*(\w+)/.exec(main)?.[1];
  const from =
    name && new RegExp(`import\\s*\\{[^}]*\\b${name}\\b[^}]*\\}\\s*from\\s*['"](\\.[^'"]+)['"]`).exec(main)?.[1];
  const path = from && `${joinPath(sourceRoot, from.replace(/\.js$/, ''))}.ts`;
  return path !== undefined && path !== '' && tree.exists(path) ? path : undefined;
}
