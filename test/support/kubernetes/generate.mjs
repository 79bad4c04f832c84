/**
 * node test/support/kubernetes/generate.mjs <folder> > test/support/kubernetes/api-schemas.json
 *
 * Writes the JSON schemas of the kinds that `ops/kubernetes` has, from the types of the packages `kubernetes-models`
 * and
 * `@kubernetes-models/prometheus-operator`, which have to be installed in the folder. The schemas refuse properties
 * that a
 * type does not have: the API server would ignore a misspelt property.
 */
import { join } from 'node:path';
import { argv, stdout } from 'node:process';
import ts from 'typescript';

const [, , folder = '.'] = argv;
const KINDS = {
  Deployment: 'kubernetes-models/apps/v1/Deployment',
  Service: 'kubernetes-models/v1/Service',
  PodDisruptionBudget: 'kubernetes-models/policy/v1/PodDisruptionBudget',
  ServiceMonitor: '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor',
};

const root = join(folder, 'kinds.ts');
const source = Object.entries(KINDS)
  .map(([kind, path]) => `export type { I${kind} as ${kind} } from '${path}';`)
  .join('\n');
const options = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  types: [],
};
const host = ts.createCompilerHost(options);
const disk = ts.createCompilerHost(options);
host.fileExists = (path) => path === root || disk.fileExists(path);
host.getSourceFile = (path, version, ...rest) =>
  path === root ? ts.createSourceFile(path, source, version) : disk.getSourceFile(path, version, ...rest);
const program = ts.createProgram([root], options, host);
const checker = program.getTypeChecker();
const faults = program.getGlobalDiagnostics().concat(program.getSemanticDiagnostics(program.getSourceFile(root)));
if (faults.length > 0) throw new Error(ts.formatDiagnostics(faults, { ...host, getNewLine: () => '\n' }));

const $defs = {};
const names = new Map();

function schemaOf(type) {
  if (type.isUnion()) return unionOf(type.types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined)));
  if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
  const { flags } = type;
  if (flags & ts.TypeFlags.StringLike) return { type: 'string' };
  if (flags & ts.TypeFlags.NumberLike) return { type: 'number' };
  if (flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
  if (flags & ts.TypeFlags.Null) return { type: 'null' };
  if (checker.isArrayType(type)) return { type: 'array', items: schemaOf(checker.getTypeArguments(type)[0]) };
  if (flags & ts.TypeFlags.Object) return objectOf(type);
  return {};
}

function unionOf(types) {
  if (types.length === 1) return schemaOf(types[0]);
  if (types.every((part) => part.isStringLiteral())) return { enum: types.map(({ value }) => value) };
  if (types.every(({ flags }) => flags & ts.TypeFlags.BooleanLiteral)) return { type: 'boolean' };
  return { anyOf: types.map(schemaOf) };
}

function objectOf(type) {
  const index = checker.getIndexInfoOfType(type, ts.IndexKind.String);
  if (index) return { type: 'object', additionalProperties: schemaOf(index.type) };
  let name = names.get(type);
  if (!name) {
    const { escapedName } = type.symbol;
    name = escapedName === '__type' ? `anonymous${names.size}` : String(escapedName).replace(/^I/, '');
    // Some names mean different kinds in different groups of the API.
    if (name in $defs) name = `${name}${names.size}`;
    names.set(type, name);
    const definition = { type: 'object', properties: {}, required: [], additionalProperties: false };
    $defs[name] = definition;
    for (const property of checker.getPropertiesOfType(type)) {
      definition.properties[property.name] = schemaOf(checker.getTypeOfSymbol(property));
      if (!(property.flags & ts.SymbolFlags.Optional)) definition.required.push(property.name);
    }
  }
  return { $ref: `#/$defs/${name}` };
}

const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(root)));
const roots = exported.map((symbol) => [
  symbol.name,
  schemaOf(checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(symbol))),
]);
stdout.write(`${JSON.stringify({ roots: Object.fromEntries(roots), $defs })}\n`);
