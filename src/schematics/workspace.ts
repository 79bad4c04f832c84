/** The part of the CLI's file tree that the schematics use. */
export interface Tree {
  exists(path: string): boolean;
  read(path: string): Uint8Array | null;
  create(path: string, content: string): void;
  overwrite(path: string, content: string): void;
  getDir(path: string): { readonly subfiles: readonly string[] };
}

export interface Context {
  readonly logger: { info(message: string): void };
}

/** Changes the tree. If it throws, the CLI prints the message and writes no file. */
export type Rule = (tree: Tree, context: Context) => Tree;

export function readText(tree: Tree, path: string): string | undefined {
  const bytes = tree.read(path);
  return bytes === null ? undefined : Buffer.from(bytes).toString('utf8');
}

/** Joins parts of a path and removes needless dots and slashes. */
export function joinPath(...parts: readonly string[]): string {
  const joined: string[] = [];
  for (const part of parts.join('/').split(/[\\/]/)) {
    if (part === '..') joined.pop();
    else if (part !== '' && part !== '.') joined.push(part);
  }
  return joined.join('/');
}

/** The relative path of an import from one file to another. */
export function relativeImport(from: string, to: string, ending: string): string {
  const origin = from.split('/').slice(0, -1);
  const target = to.replace(/\.ts$/, ending).split('/');
  let common = 0;
  while (common < origin.length && origin[common] === target[common]) common += 1;
  const up = origin.length - common;
  return `${up === 0 ? './' : '../'.repeat(up)}${target.slice(common).join('/')}`;
}

/** The ending of relative imports: ES modules need the name of the compiled file. */
export function importEnding(tree: Tree): '.js' | '' {
  try {
    const { type } = JSON.parse(readText(tree, 'package.json') ?? '{}') as { readonly type?: unknown };
    return type === 'module' ? '.js' : '';
  } catch {
    return '';
  }
}
