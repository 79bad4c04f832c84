import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { addElement, imports, readModule } from '../../../src/schematics/module-source.js';

const HEAD = `import { Module } from '@nestjs/common';\n`;

function add(text: string, property: 'imports' | 'providers' = 'imports'): string | undefined {
  const module = readModule(text);
  return module && addElement(module, property, 'X.forRoot()', { name: 'X', from: 'x' });
}

/**
 * The module as TypeScript parses it: the elements of the list, the imported modules, and whether it has a syntax
 * error.
 */
function parsedModule(text: string, property = 'imports') {
  const { diagnostics = [] } = ts.transpileModule(text, {
    reportDiagnostics: true,
    compilerOptions: { experimentalDecorators: true },
  });
  const source = ts.createSourceFile('app.module.ts', text, ts.ScriptTarget.Latest, true);
  let elements: string[] | undefined;
  const visit = (node: ts.Node): void => {
    if (
      ts.isPropertyAssignment(node) &&
      ts.isDecorator(node.parent.parent.parent) &&
      ts.isArrayLiteralExpression(node.initializer) &&
      (ts.isIdentifier(node.name) || ts.isStringLiteral(node.name)) &&
      node.name.text === property
    ) {
      elements = node.initializer.elements.map((element) => element.getText(source));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { faults: diagnostics.length, elements, imports: source.text.match(/^import.*$/gm)?.slice(-1) };
}

describe('the source of a module', () => {
  it.each([
    [
      'an empty list',
      '@Module({ imports: [], providers: [A] })',
      '@Module({ imports: [X.forRoot()], providers: [A] })',
    ],
    ['a list', '@Module({\n  imports: [A, B],\n})', '@Module({\n  imports: [A, B, X.forRoot()],\n})'],
    ['a list with a comma at its end', '@Module({ imports: [A, ] })', '@Module({ imports: [A, X.forRoot() ] })'],
    ['no list', '@Module({\n  providers: [A],\n})', '@Module({\n  imports: [X.forRoot()],\n  providers: [A],\n})'],
    ['no list, on one line', '@Module({ providers: [A] })', '@Module({ imports: [X.forRoot()], providers: [A] })'],
    ['no list, without spaces', '@Module({providers: [A]})', '@Module({ imports: [X.forRoot()], providers: [A]})'],
    ['nothing', '@Module({})', '@Module({\n  imports: [X.forRoot()],\n})'],
    ['a line break', '@Module({\n})', '@Module({\n  imports: [X.forRoot()],\n})'],
    [
      'a list of lines',
      '@Module({\n    imports: [\n        A,\n        B.forRoot({ a: [1, 2] }),\n    ],\n})',
      '@Module({\n    imports: [\n        A,\n        B.forRoot({ a: [1, 2] }),\n        X.forRoot(),\n    ],\n})',
    ],
    [
      'a list of lines without a comma at its end, indented by tabs',
      '@Module({\n\timports: [\n\t\tA,\n\t\tB // the last\n\t],\n})',
      '@Module({\n\timports: [\n\t\tA,\n\t\tB, // the last\n\t\tX.forRoot()\n\t],\n})',
    ],
    [
      'a list that contains only a comment',
      '@Module({\n  imports: [\n    // none, yet\n  ],\n})',
      '@Module({\n  imports: [\n    // none, yet\n    X.forRoot(),\n  ],\n})',
    ],
    [
      'options that are spread over lines',
      '@Module({\n  imports: [A.forRoot({\n    b: 1,\n  })],\n})',
      '@Module({\n  imports: [A.forRoot({\n    b: 1,\n  }), X.forRoot()],\n})',
    ],
    ['a key in quotes', "@Module({ 'imports': [A] })", "@Module({ 'imports': [A, X.forRoot()] })"],
    [
      'brackets in comments, strings and expressions',
      '@Module({ /* imports: [ */ providers: ["]", `[${a}`, /[\\]/]/], // imports: [\n  imports: [A /* ] */] })',
      '@Module({ /* imports: [ */ providers: ["]", `[${a}`, /[\\]/]/], // imports: [\n  imports: [A, X.forRoot() /* ] */] })',
    ],
    [
      'the same key in a nested object',
      '@Module({ providers: [{ imports: [A] }] })',
      '@Module({ imports: [X.forRoot()], providers: [{ imports: [A] }] })',
    ],
  ])('gets an import beside %s', (_, given, expected) => {
    const edited = add(`${HEAD}${given}\nexport class AppModule {}\n`) ?? '';
    expect(edited).toBe(`${HEAD}import { X } from 'x';\n${expected}\nexport class AppModule {}\n`);
    const { faults, elements, imports: last } = parsedModule(edited);
    expect([faults, elements?.includes('X.forRoot()'), last]).toEqual([0, true, [`import { X } from 'x';`]]);
  });

  it.each([
    ['a list from elsewhere', '@Module({ imports: all })'],
    ['a list that is an expression', '@Module({ imports: [A].concat(others) })'],
    ['a shorthand', '@Module({ imports })'],
    ['properties from elsewhere', '@Module({ ...base, providers: [] })'],
    ['options from elsewhere', '@Module(options)'],
    ['two modules', '@Module({}) class A {}\n@Module({})'],
    ['a bracket that is not closed', '@Module({ imports: [A }'],
    ['no module', 'export const a = 1;'],
    ['a module in a comment', '// @Module({ imports: [] })'],
  ])('with %s is not edited', (_, given) => {
    expect(add(`${HEAD}${given}\nexport class AppModule {}\n`)).toBeUndefined();
  });

  it('without an import is not edited', () => {
    expect(add('@Module({ imports: [] }) class A {}')).toBeUndefined();
  });

  it.each([
    ['double quotes', 'import { Module } from "@nestjs/common";\n', 'import { X } from "x";'],
    ['no semicolons', "import { Module } from '@nestjs/common'\n", "import { X } from 'x'"],
    ['a comment behind', "import { Module } from '@nestjs/common'; // of Nest\n", "import { X } from 'x';"],
    ['lines', "import {\n  Module,\n} from '@nestjs/common';\n", "import { X } from 'x';"],
  ])('gets its import in the style of the file: %s', (_, head, line) => {
    expect(add(`${head}\n@Module({ imports: [] })\nexport class AppModule {}\n`)).toBe(
      `${head}${line}\n\n@Module({ imports: [X.forRoot()] })\nexport class AppModule {}\n`,
    );
  });

  it('keeps the line endings of Windows', () => {
    const edited = add(`${HEAD}\n@Module({\n  imports: [\n    A,\n  ],\n})\nclass A {}\n`.replaceAll('\n', '\r\n'));
    expect(edited?.replaceAll('\r\n', '')).not.toContain('\n');
    expect(edited).toContain("import { X } from 'x';\r\n\r\n@Module");
    expect(edited).toContain('    A,\r\n    X.forRoot(),\r\n  ],');
  });

  it('finds the names that it imports from a package', () => {
    const module = readModule(
      `// import { D } from 'x';\nimport { A, B as E } from 'x';\nimport { C } from 'y'\n@Module({}) class M {}`,
    );
    const known = ['A', 'B', 'C', 'D'].filter((name) => module && imports(module, name, 'x'));
    expect(known).toEqual(['A', 'B']);
  });
});
