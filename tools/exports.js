/**
 * What the package exports: every name with its signature, from the declarations in `dist/src`.
 *
 * `node tools/exports.js [FOLDER]` prints it, and on stderr what is wrong with it; `npm run exports:write` renews
 * the copy that a test compares it with.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve, sep } from 'node:path';
import { installAside } from './aside.js';

/** @type {import('typescript')} TypeScript 7 has no compiler API. */
const ts = createRequire(join(installAside(), 'package.json'))('typescript');

/**
 * Reads the declarations of every module that the package exports.
 *
 * @param {string} root the package's folder
 * @returns {{ text: string, faults: string[] }} the names with their signatures; a line for each type that is not
 *   exported although a signature names it, and for each that has two names
 */
function readExports(root) {
  const modules = entries(root);
  const declared = `${join(root, 'dist/src').split(sep).join('/')}/`;
  const program = ts.createProgram(
    modules.map(({ file }) => file),
    { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, skipLibCheck: true, types: ['node'] },
  );
  const checker = program.getTypeChecker();
  /** @type {Map<object, Set<string>>} */
  const namesOf = new Map();
  /** @type {Map<string, object>} */
  const symbols = new Map();
  const faults = new Set();
  const exported = modules.map(({ module, file }) => {
    const symbol = checker.getSymbolAtLocation(program.getSourceFile(file));
    const all = checker
      .getExportsOfModule(symbol)
      .map((s) => ({ name: s.name, symbol: resolved(checker, s) }));
    for (const { name, symbol: s } of all) {
      namesOf.set(s, (namesOf.get(s) ?? new Set()).add(name));
      if ((symbols.get(name) ?? s) !== s) faults.add(`two things are called ${name}`);
      symbols.set(name, s);
    }
    return { module, all: all.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  });
  for (const [, names] of namesOf)
    if (names.size > 1) faults.add(`one thing is called ${[...names].join(' and ')}`);

  const seen = new Set();
  const lines = exported.flatMap(({ module, all }) => [
    `# ${module}`,
    ...all.map(({ name, symbol }) => {
      // By its first module; the others name it alone.
      if (seen.has(symbol)) return name;
      seen.add(symbol);
      return symbol.declarations.map((d) => signature(checker, d)).join('\n');
    }),
    '',
  ]);
  for (const [symbol, [name]] of namesOf) {
    for (const used of symbol.declarations.flatMap((d) => typesIn(checker, declared, d))) {
      if (!namesOf.has(used)) faults.add(`${name} names ${used.name}, which is not exported`);
    }
  }
  return { text: lines.join('\n'), faults: [...faults].sort() };
}

/**
 * @param {string} root
 * @returns {{ module: string, file: string }[]}
 */
function entries(root) {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.entries(exports).flatMap(([key, { default: file }]) =>
    file === undefined
      ? []
      : [{ module: name + key.slice(1), file: join(root, file.replace(/\.js$/u, '.d.ts')) }],
  );
}

/** What a name that is passed on stands for. */
function resolved(checker, symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Whether nobody outside can name a member: `#x`, or `private x`. */
function isPrivate(node) {
  if (node.name !== undefined && ts.isPrivateIdentifier(node.name)) return true;
  return ts.canHaveModifiers(node) && (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) !== 0;
}

/** A declaration without comments and private members; a type that is read off a constant, as what it is. */
function signature(checker, declaration) {
  if (ts.isTypeAliasDeclaration(declaration) && /\btypeof\b/u.test(declaration.type.getText())) {
    const type = checker.getTypeAtLocation(declaration);
    const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias;
    return `type ${declaration.name.text} = ${checker.typeToString(type, declaration, flags)};`;
  }
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const { transformed } = ts.transform(node, [
    (context) => (top) => {
      const visit = (n) => (isPrivate(n) ? undefined : ts.visitEachChild(n, visit, context));
      return ts.visitEachChild(top, visit, context);
    },
  ]);
  const text = ts
    .createPrinter({ removeComments: true })
    .printNode(ts.EmitHint.Unspecified, transformed[0], node.getSourceFile());
  return text.replace(/^export (declare )?/u, '').replace(/^ {4}/gmu, '  ');
}

/** The symbols of this package's types that a declaration names, its own type parameters apart. */
function typesIn(checker, declared, declaration) {
  const found = [];
  const visit = (node) => {
    if (isPrivate(node)) return;
    const name = nameIn(node);
    const symbol = name && checker.getSymbolAtLocation(name);
    if (symbol) {
      const target = resolved(checker, symbol);
      const [at] = target.declarations ?? [];
      const own = at?.getSourceFile().fileName.startsWith(declared);
      if (own && !ts.isTypeParameterDeclaration(at)) found.push(target);
    }
    ts.forEachChild(node, visit);
  };
  visit(declaration);
  return found;
}

function nameIn(node) {
  if (ts.isTypeReferenceNode(node)) return node.typeName;
  if (ts.isExpressionWithTypeArguments(node)) return node.expression;
  return ts.isImportTypeNode(node) ? node.qualifier : undefined;
}

const { text, faults } = readExports(resolve(process.argv[2] ?? join(import.meta.dirname, '..')));
process.stdout.write(text);
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
