import { join, resolve } from 'node:path';
import ts from 'typescript';
import { entries } from '../../.config/entries.mjs';

const root = resolve(import.meta.dirname, '../..');

/** One option with its type and doc comment. */
export interface DocumentedOption {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** On one line. */
  readonly comment: string;
}

/** An exported options type of an entry point. */
export interface DocumentedOptions {
  /** The subpath of the import. */
  readonly from: string;
  readonly name: string;
  readonly comment: string;
  readonly options: readonly DocumentedOption[];
}

/** Every interface whose name ends with `Options`, except those of `forRootAsync`, with its own options in the order of the source. */
export function documentedOptions(): DocumentedOptions[] {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const files = entries.map(({ source }) => join(root, `src/${source}.ts`));
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();

  return entries.flatMap(({ name: from }, index) => {
    const file = program.getSourceFile(files[index] ?? '');
    const module = file && checker.getSymbolAtLocation(file);
    if (!module) return [];
    return checker
      .getExportsOfModule(module)
      .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
      .flatMap((symbol) => {
        const declaration = symbol.declarations?.find((candidate) => ts.isInterfaceDeclaration(candidate));
        if (!declaration || !/(?<!Async)Options$/.test(symbol.name)) return [];
        // `never` forbids an option beside another one, so a property of this type is not an option.
        const members = declaration.members
          .filter((member) => ts.isPropertySignature(member))
          .filter(({ type }) => type?.kind !== ts.SyntaxKind.NeverKeyword);
        return [{ from, name: symbol.name, comment: commentOf(symbol), options: members.map(describe) }];
      });
  });

  function describe(member: ts.PropertySignature): DocumentedOption {
    const symbol = checker.getSymbolAtLocation(member.name);
    return {
      name: member.name.getText(),
      type: oneLine(member.type?.getText() ?? 'unknown'),
      isRequired: member.questionToken === undefined,
      comment: symbol ? commentOf(symbol) : '',
    };
  }

  function commentOf(symbol: ts.Symbol): string {
    return withoutLinks(oneLine(ts.displayPartsToString(symbol.getDocumentationComment(checker))));
  }
}

/** Links of doc comments have no target in Markdown, so their names become code. */
const withoutLinks = (comment: string): string => comment.replaceAll(/\{@link\s+(.+?)\s*\}/g, '`$1`');

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
