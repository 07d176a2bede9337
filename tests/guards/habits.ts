/**
 * Habits that the source keeps: it does not print, draws no numbers and reads no clock of its own, its files stay short, and
 * it names nothing that is only true where it was written.
 *
 * @module
 */
import { readSource } from "./source.ts";
import type { Breach, Tree } from "./tree.ts";

/** What src does not do, but for some files. */
const USES: readonly { readonly what: RegExp; readonly rule: string; readonly but: RegExp }[] = [
  {
    what: /^(console\.|Deno\.(stdout|stderr|stdin)$|process\.(stdout|stderr)$|alert$|prompt$|confirm$)/,
    rule: "src does not print or ask",
    but: /^src\/io\/progress\.ts$/, // a display that tasks and notebooks start
  },
  {
    what: /^(Math\.random|crypto\.(randomUUID|getRandomValues))$/,
    rule: "random numbers come from an Rng",
    but: /^src\/io\//, // names of temporary files
  },
  {
    what: /^(Date\.now|new Date|Temporal\.Now)$/,
    rule: "the time is an argument",
    but: /^src\/io\/stamp\.ts$/, // stamps in files
  },
];

/** Lines that a file of src or tasks may have; near 200 one looks for a second idea. */
const MAX_LINES = 300;

/** Texts that no file may hold. The brackets keep the patterns from finding themselves. */
const WORDS: readonly { readonly what: RegExp; readonly rule: string; readonly but?: RegExp }[] = [
  {
    what: /https?:\/\/[^\s"'<>)]*(registr[y]|artifactor[y]|verdacci[o]|nexu[s]|\bmirro[r]|\bprox[y])/i,
    rule: "names a registry host",
  },
  { what: /https?:\/\/(localhost|127\.|10\.|192\.168\.)/, rule: "names a local host", but: /^tests\// },
  { what: /(?<![\w.~-])\/(wor[k]|roo[t]|hom[e]\/\w+|User[s]\/\w+|mn[t])\//, rule: "names a machine's path" },
  { what: /(?<![\w.~-])\/tm[p]\//, rule: "names a temporary path", but: /^tests\// },
  {
    what: /\b(workplac[e]|sub-?agen[t]s?|thi[s] session|coding agen[t]|th[e] brief)\b/i,
    rule: "speaks of how it was written",
  },
];

/** Files whose words are others'. */
const NOT_OUR_WORDS = /^(LICENSE|node_modules\/)/;

/** Each place in src that prints, draws numbers or reads the clock. */
export function findUseBreaches(tree: Tree): Breach[] {
  return [...tree].flatMap(([path, text]) => {
    if (!/^src\/(?!std\/).*\.ts$/.test(path)) return [];
    return readSource(path, text).uses.flatMap(({ name, line }) =>
      USES.filter(({ what, but }) => what.test(name) && !but.test(path))
        .map(({ rule }) => ({ path, line, message: `${name}, but ${rule}` }))
    );
  });
}

/** Each file of src and tasks that is too long. */
export function findLengthBreaches(tree: Tree): Breach[] {
  return [...tree].flatMap(([path, text]) => {
    const lines = text.trimEnd().split("\n").length;
    if (!/^(src|tasks)\/.*\.ts$/.test(path) || lines <= MAX_LINES) return [];
    return [{ path, message: `has ${lines} lines, more than ${MAX_LINES}; is there a second idea in it?` }];
  });
}

/** Each line of any file that holds what none may. */
export function findWordBreaches(tree: Tree): Breach[] {
  return [...tree].flatMap(([path, text]) => {
    if (NOT_OUR_WORDS.test(path)) return [];
    return WORDS.flatMap(({ what, rule, but }) => {
      if (but?.test(path) || !what.test(text)) return [];
      return text.split("\n").flatMap((content, i) => {
        const found = what.exec(content)?.[0];
        return found === undefined ? [] : [{ path, line: i + 1, message: `${rule}: ${found}` }];
      });
    });
  });
}
