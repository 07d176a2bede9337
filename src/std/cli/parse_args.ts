/**
 * Command-line flags, under the name, signature and rules of jsr:@std/cli's `parseArgs` that maskfold uses. Node's own
 * `parseArgs` tells flags, words and `--` apart; which word is the value of which flag is settled here.
 *
 * @module
 */
import { parseArgs as tokenize } from "node:util";

/** Which flags there are, and how they are read. */
export interface ParseOptions<
  B extends string = string,
  S extends string = string,
  C extends string = string,
  D extends Record<string, unknown> = Record<string, unknown>,
> {
  /** Flags without a value; `true` stands for every `--flag` without `=`. */
  boolean?: boolean | B | readonly B[];
  /** Flags whose value stays text; `"_"` stands for the words. */
  string?: S | readonly S[];
  /** Flags whose values are gathered in a list. */
  collect?: C | readonly C[];
  /** Flags that `--no-flag` sets to false. */
  negatable?: string | readonly string[];
  /** Values of flags that are not given. */
  default?: D;
  /** Other names of flags. */
  alias?: Readonly<Record<string, string | readonly string[]>>;
  /** Whether the first word that is no flag's value ends the reading of flags. */
  stopEarly?: boolean;
  /** Whether what follows `--` is kept apart. */
  "--"?: boolean;
  /** Called with each flag and word that is not declared; those for which it returns false are left out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

type Known<K extends string> = string extends K ? never : K;
type One<K, B, S> = K extends S ? string : K extends B ? boolean : unknown;
type Value<K, B, S, C> = K extends C ? One<K, B, S>[] : One<K, B, S>;

/** The flags read: each declared one under its name, and the words under `_`. */
export type Args<B extends string, S extends string, C extends string, D> =
  & { [K in Exclude<Known<S>, C | keyof D | "_">]?: string }
  & { [K in Exclude<Known<B>, S | C | keyof D>]: boolean }
  & { [K in Exclude<Known<C>, keyof D>]: Value<K, B, S, C> }
  & { [K in Known<keyof D & string>]: K extends B | S | C ? Value<K, B, S, C> | D[K] : unknown }
  & { _: (string | number)[]; "--"?: string[]; [name: string]: unknown };

/**
 * Reads command-line flags.
 *
 * @param args The command line, as `Deno.args` gives it.
 * @param options The flags.
 * @returns Their values by name, and the other words under `_`.
 */
export function parseArgs<
  const B extends string = never,
  const S extends string = never,
  const C extends string = never,
  const D extends Record<string, unknown> = Record<never, unknown>,
>(args: readonly string[], options: ParseOptions<B, S, C, D> = {}): Args<B, S, C, D> {
  const booleans = names(typeof options.boolean === "boolean" ? undefined : options.boolean);
  const strings = names(options.string);
  const collected = names(options.collect);
  const negatable = names(options.negatable);
  const aliases = aliasGroups(options.alias ?? {});
  const has = (set: ReadonlySet<string>, key: string) => [key, ...aliases.get(key) ?? []].some((name) => set.has(name));
  const declared = (key: string) =>
    aliases.has(key) || [booleans, strings, collected, negatable].some((set) => set.has(key));

  const result: Record<string, unknown> = {};
  const words: (string | number)[] = [];
  const set = (key: string, value: unknown) => {
    for (const name of [key, ...aliases.get(key) ?? []]) {
      const old = get(result, name);
      put(result, name, has(collected, key) && value !== false ? [...Array.isArray(old) ? old : [], value] : value);
    }
  };
  const typed = (key: string, text: string) =>
    has(strings, key) ? text : has(booleans, key) ? text !== "false" : number(text);
  const flag = (key: string, text: string | undefined, arg: string) => {
    const all = options.boolean === true && /^--[^=]+$/.test(arg);
    if (!all && !declared(key) && options.unknown?.(arg, key, text ?? true) === false) return;
    set(key, text === undefined ? (has(strings, key) ? "" : true) : typed(key, text));
  };

  const split = args.indexOf("--");
  const before = split < 0 ? [...args] : args.slice(0, split);
  const after = split < 0 ? [] : args.slice(split + 1);
  const { tokens } = tokenize({ args: before, strict: false, allowPositionals: true, tokens: true });
  let done = -1; // the last argument that is settled
  for (const token of tokens) {
    if (token.index <= done || token.kind === "option-terminator") continue;
    done = token.index;
    const arg = before[token.index]!;
    if (token.kind === "positional") {
      if (options.stopEarly) {
        words.push(...before.slice(token.index));
        break;
      }
      if (options.unknown?.(arg) !== false) words.push(strings.has("_") ? arg : number(arg));
      continue;
    }
    /** The word after a flag, where it is the flag's value. */
    const next = (key: string) => {
      const word = before[token.index + 1];
      if (word === undefined || (word.startsWith("-") && word !== "-")) return undefined;
      const bare = has(booleans, key) || (options.boolean === true && arg.startsWith("--"));
      if (bare && word !== "true" && word !== "false") return undefined;
      done = token.index + 1;
      return word;
    };
    if (token.rawName.startsWith("--")) {
      const positive = token.name.replace(/^no-/, "");
      if (token.name.startsWith("no-") && has(negatable, positive) && token.value === undefined) set(positive, false);
      else flag(token.name, token.value === undefined ? next(token.name) : `${token.value}`, arg);
      continue;
    }
    // Short flags may stand together, as in -abc; what is no letter or digit, or a number, is a value, as in -n5.
    for (let i = 1; i < arg.length; i++) {
      const letter = arg[i]!, rest = arg.slice(i + 1);
      if (rest === "") flag(letter, next(letter), arg);
      else if (/^\W/.test(rest) || (/[A-Za-z]/.test(letter) && typeof number(rest) === "number")) {
        flag(letter, rest.replace(/^=/, ""), arg);
        break;
      } else flag(letter, undefined, arg);
    }
  }

  for (const [key, value] of Object.entries(options.default ?? {})) {
    for (const name of [key, ...aliases.get(key) ?? []]) if (get(result, name) === undefined) put(result, name, value);
  }
  for (const key of [...booleans, ...strings, ...collected]) {
    if (key === "_" || get(result, key) !== undefined) continue;
    const value = has(collected, key) ? [] : has(booleans, key) ? false : undefined;
    if (value !== undefined) { for (const name of [key, ...aliases.get(key) ?? []]) put(result, name, value); }
  }
  if (options["--"]) result["--"] = after;
  else words.push(...after);
  return { ...result, _: words } as Args<B, S, C, D>;
}

function names(value: string | readonly string[] | undefined): Set<string> {
  return new Set(typeof value === "string" ? [value] : value);
}

/** For each name that has others: the others. */
function aliasGroups(alias: Readonly<Record<string, string | readonly string[]>>): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, others] of Object.entries(alias)) {
    const group = [key, ...names(others)];
    for (const name of group) groups.set(name, group.filter((other) => other !== name));
  }
  return groups;
}

/** A number where the text is one, in decimal or hexadecimal. */
function number(text: string): string | number {
  return /^0x[0-9a-f]+$/i.test(text) || /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i.test(text)
    ? Number(text)
    : text;
}

/** Reads a name whose dots lead into nested objects. */
function get(from: Record<string, unknown>, name: string): unknown {
  return name.split(".").reduce<unknown>((value, key) => {
    return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? value[key as never] : undefined;
  }, from);
}

function put(into: Record<string, unknown>, name: string, value: unknown): void {
  const path = name.split(".");
  const last = path.pop()!;
  if ([...path, last].includes("__proto__")) return;
  for (const key of path) {
    const inner = Object.hasOwn(into, key) ? into[key] : undefined;
    into = (into[key] = typeof inner === "object" && inner !== null ? inner : {}) as Record<string, unknown>;
  }
  into[last] = value;
}
