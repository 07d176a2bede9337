/**
 * Reads what a TypeScript source imports and which globals it uses, with the parser of Deno's own linter. That parser can
 * be called from within `deno test` only, which is where the guards run.
 *
 * @module
 */

/** A specifier that a source imports, in whatever way. */
export interface Import {
  /** As it stands in the source, or undefined where it is computed. */
  readonly specifier: string | undefined;
  /** Counted from 1. */
  readonly line: number;
  /** Erased before the program runs (`type`), loaded with the source (`static`) or when it is reached (`dynamic`). */
  readonly kind: "type" | "static" | "dynamic";
}

/** A property that a source reads of a global, or a global that it calls, as in `Math.random` and `fetch`. */
export interface Use {
  /** As it stands in the source. */
  readonly name: string;
  /** Counted from 1. */
  readonly line: number;
}

/** What a source imports and uses, in the order of the lines. */
export interface Source {
  readonly imports: readonly Import[];
  readonly uses: readonly Use[];
}

/** Reads a source; the name tells TypeScript from JavaScript. */
export function readSource(name: string, text: string): Source {
  const imports: Import[] = [], uses: Use[] = [];
  const lineAt = ([start]: readonly [number, number]) => text.slice(0, start).split("\n").length;
  const load = (node: { range: [number, number] }, specifier: string | undefined, kind: Import["kind"]) =>
    imports.push({ specifier, line: lineAt(node.range), kind });
  const use = (node: { range: [number, number] }, name: string) => uses.push({ name, line: lineAt(node.range) });
  const isType = (kind: string | undefined) => kind === "type" ? "type" : "static";

  const rule: Deno.lint.Rule = {
    create: ({ sourceCode }) => ({
      ImportDeclaration: (node) => void load(node, node.source.value, isType(node.importKind)),
      ExportAllDeclaration: (node) => void load(node, node.source.value, isType(node.exportKind)),
      ExportNamedDeclaration: (node) => {
        if (node.source) load(node, node.source.value, isType(node.exportKind));
      },
      ImportExpression: (node) => {
        const literal = node.source.type === "Literal" ? node.source.value : undefined;
        load(node, typeof literal === "string" ? literal : undefined, "dynamic");
      },
      TSImportType: (node) =>
        void load(node, /^import\s*\(\s*["']([^"']+)/.exec(sourceCode.getText(node))?.[1], "type"),
      TSExternalModuleReference: (node) => void load(node, undefined, "static"),
      MemberExpression: (node) => {
        const name = sourceCode.getText(node).replace(/^globalThis\.|\s+/g, "");
        if (/^[\w$]+\.[\w$]+$/.test(name)) use(node, name);
      },
      NewExpression: (node) => void use(node, `new ${sourceCode.getText(node.callee)}`),
      CallExpression: (node) => {
        if (node.callee.type === "Identifier") use(node, node.callee.name);
      },
      VariableDeclarator: (node) => { // const { readFile } = Deno
        if (node.id.type !== "ObjectPattern" || node.init?.type !== "Identifier") return;
        for (const property of node.id.properties) {
          if (property.type === "Property" && property.key.type === "Identifier") {
            use(node, `${node.init.name}.${property.key.name}`);
          }
        }
      },
    }),
  };
  Deno.lint.runPlugin({ name: "guards", rules: { read: rule } }, name, text);
  return { imports: imports.sort((a, b) => a.line - b.line), uses: uses.sort((a, b) => a.line - b.line) };
}

/** The code cells of a notebook as one source; a line number counts the code lines of all cells. */
export function notebookCode(json: string): string {
  const { cells } = JSON.parse(json) as { cells: { cell_type: string; source: string | string[] }[] };
  const code = cells.filter((cell) => cell.cell_type === "code").map(({ source }) => [source].flat().join(""));
  return code.join("\n");
}
