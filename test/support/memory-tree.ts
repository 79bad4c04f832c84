import type { Context, Tree } from '../../src/schematics/workspace.js';

/** A file tree in memory with the paths of the CLI, and the messages of a schematic. */
export class MemoryTree implements Tree {
  readonly files: Record<string, string>;
  readonly messages: string[] = [];
  readonly context: Context = { logger: { info: (message) => this.messages.push(message) } };

  constructor(files: Readonly<Record<string, string>>) {
    this.files = { ...files };
  }

  exists(path: string): boolean {
    return key(path) in this.files;
  }

  read(path: string): Uint8Array | null {
    const text = this.files[key(path)];
    return text === undefined ? null : Buffer.from(text);
  }

  create(path: string, content: string): void {
    if (this.exists(path)) throw new Error(`${path} exists`);
    this.files[key(path)] = content;
  }

  overwrite(path: string, content: string): void {
    if (!this.exists(path)) throw new Error(`${path} does not exist`);
    this.files[key(path)] = content;
  }

  getDir(path: string): { readonly subfiles: readonly string[] } {
    const folder = `${key(path)}/`;
    const names = Object.keys(this.files).flatMap((file) =>
      file.startsWith(folder) ? [file.slice(folder.length)] : [],
    );
    return { subfiles: names.filter((name) => !name.includes('/')) };
  }
}

function key(path: string): string {
  return path.replace(/^\//, '');
}
