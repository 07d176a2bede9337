/**
 * Configurations that differ from one another in some options: how the options are written, checked and named.
 *
 * @module
 */
import { show } from "../core/check.ts";
import type { TrainConfig } from "./config.ts";
import { resolveConfig } from "./resolve_config.ts";

/** Options by name, `loss` or `model.dropPath`, with a value each: a part's name, a spec, a number, ... */
export type OptionValues = Readonly<Record<string, unknown>>;

/** Options by name, with the values that each of them takes in turn. */
export type VaryOptions = Readonly<Record<string, readonly unknown[]>>;

/** One configuration of several that are compared. */
export interface Combination {
  /** The options in which it differs, as in `loss=focal,model.dropPath=0.2`; its folder's name too. */
  readonly name: string;
  /** The same options. */
  readonly options: OptionValues;
  /** The full configuration. */
  readonly config: TrainConfig;
}

/**
 * Reads what a command line says of options and their values: `loss=crossEntropy,focal`. A value is JSON where it is a
 * number, list, record, text in quotes, `true`, `false` or `null`, and else text; commas within brackets, braces or quotes
 * belong to it.
 *
 * @example
 * ```ts
 * import { parseVary } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const vary = parseVary(['loss=crossEntropy,{"name":"focal","gamma":1}', "model.dropPath=0,0.2"]);
 * assertEquals(vary, { loss: ["crossEntropy", { name: "focal", gamma: 1 }], "model.dropPath": [0, 0.2] });
 * ```
 *
 * @param texts An option each, with its values.
 * @returns The values by option.
 * @throws {SyntaxError} If a text is of another form, or an option is given twice; all such texts are listed.
 */
export function parseVary(texts: readonly string[]): Record<string, readonly unknown[]> {
  const vary: Record<string, readonly unknown[]> = {}, faults: string[] = [];
  for (const text of texts) {
    const [, option, values] = /^\s*([A-Za-z][\w.]*)\s*=(.*)$/s.exec(text) ?? [];
    if (option === undefined) faults.push(`${show(text)} must be of the form option=value,value`);
    else if (Object.hasOwn(vary, option)) faults.push(`${option} is given twice`);
    else {
      vary[option] = splitValues(values!).flatMap((value) => {
        try {
          return [parseValue(value)];
        } catch (error) {
          faults.push(`${option}: ${(error as Error).message}`);
          return [];
        }
      });
    }
  }
  if (faults.length > 0) throw new SyntaxError(`Cannot read what varies as ${faults.join("; ")}`);
  return vary;
}

/**
 * Splits text at commas that stand in no bracket, brace or quotes.
 *
 * @example
 * ```ts
 * import { splitValues } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(splitValues('flip, {"name":"scale","factor":0.9}'), ["flip", '{"name":"scale","factor":0.9}']);
 * ```
 *
 * @param text The text.
 * @returns The parts, without spaces about them.
 */
export function splitValues(text: string): string[] {
  const values = [""];
  let depth = 0, quoted = false;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]!;
    if (letter === '"' && text[i - 1] !== "\\") quoted = !quoted;
    else if (!quoted && "[{".includes(letter)) depth++;
    else if (!quoted && "]}".includes(letter)) depth--;
    if (letter === "," && depth === 0 && !quoted) values.push("");
    else values[values.length - 1] += letter;
  }
  return values.map((value) => value.trim());
}

/**
 * A value as the command line has it.
 *
 * @throws {SyntaxError} If it is empty, or begins like JSON and is none.
 */
export function parseValue(text: string): unknown {
  if (text === "") throw new SyntaxError("a value is empty");
  const isJson = /^([[{"]|(true|false|null)$)/.test(text);
  if (!isJson) return /^[-+.\d]/.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`${show(text)} must be JSON: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * A configuration with some options changed, as {@linkcode resolveConfig} does; a dot leads into a part's own options.
 *
 * @param config The configuration.
 * @param options The options that differ.
 * @returns The full configuration.
 * @throws {TypeError} If an option is unknown or a value is not for it; all such faults are listed.
 */
export function withOptions(config: TrainConfig, options: OptionValues): TrainConfig {
  const faults: string[] = [];
  const attempt = (before: TrainConfig, layer: OptionValues) => {
    try {
      return resolveConfig(before, layer);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      faults.push(error.message.replace(/^Cannot read the configuration as /, ""));
      return before;
    }
  };
  const entries = Object.entries(options), isNested = ([name]: [string, unknown]) => name.includes(".");
  // Whole options first and at once: crop may only fit the resize that comes with it.
  let result = attempt(config, Object.fromEntries(entries.filter((entry) => !isNested(entry))));
  for (const [name, value] of entries.filter(isNested)) {
    const [top, ...path] = name.split(".") as [string, ...string[]];
    const inner = replaceIn(result[top as keyof TrainConfig], path, value);
    if (inner === undefined) faults.push(`${name}: ${top} has no options of its own`);
    else result = attempt(result, { [top]: inner });
  }
  if (faults.length > 0) throw new TypeError(`Cannot read the configuration as ${faults.join("; ")}`);
  return result;
}

/** A record with the value at a path replaced; nothing where the path does not lead through records. */
function replaceIn(record: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (typeof record !== "object" || record === null || Array.isArray(record)) return undefined;
  const inner = rest.length === 0 ? value : replaceIn(record[key as never] ?? {}, rest, value);
  return inner === undefined ? undefined : { ...record, [key!]: inner };
}

/**
 * Every combination of the options' values, the last option changing fastest.
 *
 * @param config What all have in common.
 * @param vary The options and their values.
 * @returns The combinations, at least one.
 * @throws {TypeError} If an option or value is wrong, an option has no values, or two combinations would be the same; all
 * faults of all combinations are listed.
 */
export function combine(config: TrainConfig, vary: VaryOptions): readonly Combination[] {
  const faults = new Map<string, string[]>(); // what is wrong, and with which combinations
  const fault = (message: string, name: string) => faults.set(message, [...faults.get(message) ?? [], name]);
  for (const [option, values] of Object.entries(vary)) {
    if (values.length === 0) fault(`${option} needs at least one value`, option);
  }
  if (Object.hasOwn(vary, "seed")) fault("the seed is not varied but repeated, as seeds says", "seed");
  const all = Object.entries(vary).reduce<OptionValues[]>(
    (rows, [option, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [option]: value }))),
    [{}],
  );
  const names = new Map<string, string>(), configs = new Map<string, string>();
  const combinations = all.flatMap((options): Combination[] => {
    const name = nameOf(options);
    try {
      const combination = { name, options, config: withOptions(config, options) };
      const text = JSON.stringify(combination.config);
      if (configs.has(text)) fault(`it is the same configuration as ${configs.get(text)}`, name);
      else if (names.has(name)) fault("two configurations would be called so", name);
      configs.set(text, name);
      names.set(name, text);
      return [combination];
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      fault(error.message.replace(/^Cannot read the configuration as /, ""), name);
      return [];
    }
  });
  if (faults.size === 0) return combinations;
  const lines = [...faults].map(([message, [first, ...more]]) =>
    `${first}${more.length > 0 ? ` (and ${more.length} more)` : ""}: ${message}`
  );
  throw new TypeError(`Cannot combine options as\n  ${lines.join("\n  ")}`);
}

/** Letters of a name at most, so that every file system takes the folder. */
const LONGEST = 120;

/** The options and values as text that can be a folder's name; without options `base`. */
function nameOf(options: OptionValues): string {
  const name = Object.entries(options).map(([option, value]) => `${option}=${valueText(value)}`).join(",") || "base";
  const safe = name.replace(/[^\w.,=+()-]+/g, "_");
  return safe.length <= LONGEST ? safe : `${safe.slice(0, LONGEST - 9)}~${hash(name)}`;
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join("+") || "none";
  if (typeof value !== "object" || value === null) return `${value}`;
  const { name, ...rest } = value as { name?: unknown };
  const options = Object.entries(rest).map(([key, inner]) => `${key}=${valueText(inner)}`).join(",");
  return name === undefined ? `(${options})` : options ? `${name}(${options})` : `${name}`;
}

/** Eight hexadecimal digits that tell long names apart: FNV-1a. */
function hash(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h >>> 0).toString(16).padStart(8, "0");
}
