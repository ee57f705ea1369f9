/** The rules of `tools/layers.js` for oxlint, which reads the imports from its own syntax tree. */
import { relative } from 'node:path';
import { importBreach, roomOf } from './layers.js';

/**
 * The file below `src/`, without `.ts`.
 * @param {{ filename: string, cwd: string }} context
 */
const pathOf = ({ filename, cwd }) =>
  relative(cwd, filename)
    .replaceAll('\\', '/')
    .replace(/^src\//, '')
    .replace(/\.ts$/, '');

/** Whether each name of `{ type A, type B }` is a type: nothing is imported at run time. */
const areTypes = (node, kind) =>
  node[kind] === 'type' ||
  (node.specifiers?.length > 0 && node.specifiers.every((specifier) => specifier[kind] === 'type'));

const imports = {
  create(context) {
    const path = pathOf(context);
    const check = (node, source, kind) => {
      const from = source?.value;
      if (source === null || source === undefined) return;
      const message =
        typeof from === 'string'
          ? importBreach(path, { from, kind })
          : 'what import() loads stands there as a literal, or no rule of layers can be held';
      if (message !== undefined) context.report({ node, message });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source, areTypes(node, 'importKind') ? 'types' : 'run'),
      ExportNamedDeclaration: (node) =>
        check(node, node.source, areTypes(node, 'exportKind') ? 'types' : 'run'),
      ExportAllDeclaration: (node) => check(node, node.source, node.exportKind === 'type' ? 'types' : 'run'),
      ImportExpression: (node) => check(node, node.source, 'later'),
      TSImportType: (node) => check(node, node.source ?? node.argument, 'types'),
    };
  },
};

const surroundings = {
  create(context) {
    const room = roomOf(pathOf(context));
    const isPrinting = (node) => ['stdout', 'stderr'].includes(node.property?.name);
    return {
      'Program:exit'() {
        if (room?.process === true) return;
        // What no declaration of the file binds: a parameter may well be called `process`.
        for (const { identifier: node } of context.sourceCode.scopeManager.globalScope.through) {
          if (node.name !== 'process') continue;
          context.report({ node, message: `${room?.room} doesn't know the process: take it as an argument` });
        }
      },
      MemberExpression(node) {
        if (room?.prints === true) return;
        if (node.object.type === 'Identifier' && node.object.name === 'console') {
          context.report({ node, message: `${room?.room} doesn't print: only the command does` });
        } else if (
          node.property?.name === 'exit' ||
          (node.property?.name === 'write' && isPrinting(node.object))
        ) {
          context.report({ node, message: `${room?.room} neither prints nor exits: only the command does` });
        }
      },
    };
  },
};

export default { meta: { name: 'layers' }, rules: { imports, surroundings } };
