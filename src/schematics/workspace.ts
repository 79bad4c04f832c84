/** What is used of the file tree that the CLI hands to a schematic. */
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

/** Changes the tree. What it throws is shown, and then nothing of the tree is written. */
export type Rule = (tree: Tree, context: Context) => Tree;

export function readText(tree: Tree, path: string): string | undefined {
  const bytes = tree.read(path);
  return bytes === null ? undefined : Buffer.from(bytes).toString('utf8');
}

/** Joins parts of a path, without the dots and slashes that it does not need. */
export function joinPath(...parts: readonly string[]): string {
  const joined: string[] = [];
  for (const part of parts.join('/').split(/[\\/]/)) {
    if (part === '..') joined.pop();
    else if (part !== '' && part !== '.') joined.push(part);
  }
  return joined.join('/');
}

/** The way from one file to another, as an import has it. */
export function relativeImport(from: string, to: string, ending: string): string {
  const origin = from.split('/').slice(0, -1);
  const target = to.replace(/\.ts$/, ending).split('/');
  let common = 0;
  while (common < origin.length && origin[common] === target[common]) common += 1;
  const up = origin.length - common;
  return `${up === 0 ? './' : '../'.repeat(up)}${target.slice(common).join('/')}`;
}

/** What imports of the application's own files end with: ES modules name the file that will be there. */
export function importEnding(tree: Tree): '.js' | '' {
  try {
    const { type } = JSON.parse(readText(tree, 'package.json') ?? '{}') as { readonly type?: unknown };
    return type === 'module' ? '.js' : '';
  } catch {
    return '';
  }
}
