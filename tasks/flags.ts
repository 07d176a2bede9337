/**
 * Flags of a task from a zod object: types, defaults, checks and `--help` all come from it.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { z } from "zod";
import * as mf from "maskfold";
import { describeOption, findOption, type Option, optionsOf, sentence } from "./choices.ts";
import { fastUnsafeFlag, runFastUnsafe } from "./fast_unsafe.ts";

/** What a task is called with. */
export interface Task<S extends z.ZodObject> {
  /** The task's name, as in deno.json. */
  readonly name: string;
  /** A sentence saying what it does. */
  readonly summary: string;
  /** Its flags: camelCase keys become --kebab-case flags; `.describe()` is the help. A list's flag may be repeated. */
  readonly options: S;
  /** Flags checked elsewhere: a training configuration's, say. */
  readonly passThrough?: readonly Option[];
  /** Whether another command may stand after `--`. */
  readonly takesCommand?: boolean;
  /** Words without a flag, if the task takes any. */
  readonly words?: Words;
}

/** Words that stand without a flag, all of one meaning. */
export interface Words {
  /** What one is called in the help, `RUN` say. */
  readonly name: string;
  /** A sentence on what they are. */
  readonly summary: string;
  /** How many there must be at least. */
  readonly atLeast: number;
}

/** What a task gets beside its options. */
export interface TaskContext {
  /** Aborted by the first Ctrl-C or SIGTERM, so that work can be saved. */
  readonly signal: AbortSignal;
  /** Starts a progress display. */
  readonly progress: typeof mf.progress;
  /** The flags of `passThrough` that were given, still text. */
  readonly rest: Readonly<Record<string, string | boolean>>;
  /** The words after `--`, of a task that takes a command. */
  readonly command: readonly string[];
  /** The words without a flag, of a task that takes them. */
  readonly words: readonly string[];
}

/**
 * Runs a task with the command line's flags: prints the help on `--help`, every fault of the flags at once, and an
 * error's message (its stack too with `--trace`). A task whose options have `fastUnsafeFlag` runs in a new process when
 * that is asked for.
 *
 * @param given Name, summary and flags; an option hides one of `passThrough` that has its name.
 * @param main What it does.
 */
export async function runTask<S extends z.ZodObject>(
  given: Task<S>,
  main: (options: z.output<S>, context: TaskContext) => Promise<void>,
): Promise<void> {
  const task = withoutHidden(given);
  const end = given.takesCommand ? Deno.args.indexOf("--") : -1;
  const words = end < 0 ? Deno.args : Deno.args.slice(0, end), command = end < 0 ? [] : Deno.args.slice(end + 1);
  const args = readArguments(task, words);
  if (args.help) return console.log(args.topic === undefined ? helpText(task) : topicText(task, args.topic));
  const { fastUnsafe } = given.options.shape;
  if (fastUnsafe === fastUnsafeFlag.fastUnsafe && args.values.fastUnsafe === true) {
    return await runFastUnsafe(Deno.args);
  }
  const abort = new AbortController();
  const stop = (signal: Deno.Signal) => () => {
    if (abort.signal.aborted) Deno.exit(signal === "SIGINT" ? 130 : 143);
    console.error(`\nStopping after ${signal}; again to stop at once.`);
    abort.abort(new DOMException(`Stopped by ${signal}`, "AbortError"));
    Deno.exitCode = signal === "SIGINT" ? 130 : 143;
  };
  const listeners = (["SIGINT", "SIGTERM"] as const).map((name) => [name, stop(name)] as const);
  for (const [name, listener] of listeners) Deno.addSignalListener(name, listener);
  try {
    const { options, rest } = separate(task, args.values);
    const context = { signal: abort.signal, progress: mf.progress, rest, command, words: args.words };
    await main(checkOptions(task, options, args.words), context);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (abort.signal.aborted && error.name === "AbortError") {
      console.error(`${error.message}; the same command goes on.`);
    } else {
      console.error(args.values.trace ? error.stack : `${error.name}: ${error.message}`);
      Deno.exitCode = 1;
    }
  } finally {
    for (const [name, listener] of listeners) Deno.removeSignalListener(name, listener);
    await mf.disposeBackend();
  }
}

/**
 * Reads and checks the flags of a task that is to be run elsewhere.
 *
 * @param given Name, summary and flags.
 * @param words The command line after the task's name.
 * @returns What {@linkcode runTask} would give the task.
 * @throws {TypeError} If flags are wrong; all faults are listed.
 */
export function readFlags<S extends z.ZodObject>(
  given: Task<S>,
  words: readonly string[],
): { readonly options: z.output<S>; readonly rest: TaskContext["rest"] } {
  const task = withoutHidden(given);
  const args = readArguments(task, words), { options, rest } = separate(task, args.values);
  return { options: checkOptions(task, options, args.words), rest };
}

/** The task without those of `passThrough` that an option of its own hides. */
function withoutHidden<S extends z.ZodObject>(task: Task<S>): Task<S> {
  const own = Object.keys(task.options.shape);
  return { ...task, passThrough: (task.passThrough ?? []).filter(({ name }) => !own.includes(name)) };
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const camel = (name: string) => name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The type within defaults and the like. */
function typeOf(schema: z.core.$ZodType): string {
  const { def } = schema._zod;
  return "innerType" in def ? typeOf(def.innerType as z.core.$ZodType) : def.type;
}

function readArguments({ options, passThrough = [], words: taken }: Task<z.ZodObject>, args: readonly string[]) {
  const keys = Object.keys(options.shape);
  const keysOf = (type: string) => keys.filter((key) => typeOf(options.shape[key]!) === type).map(kebab);
  const boolean = keysOf("boolean");
  const string = [...keys, ...passThrough.map(({ name }) => name)].map(kebab).filter((name) => !boolean.includes(name));
  const { _, ...parsed } = parseArgs(args, {
    string: [...string, "_"],
    boolean: [...boolean, "help", "trace"],
    negatable: boolean,
    collect: keysOf("array"),
  });
  const seen = new Set(args.flatMap((arg) => /^--(?:no-)?([^=]+)/.exec(arg)?.[1] ?? []).map(camel));
  const values: Record<string, string | boolean> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (seen.has(camel(name))) values[camel(name)] = value as string | boolean;
  }
  const words = _ as string[], [first] = words;
  if (first !== undefined && !taken) values[first] = true; // which is then reported as a flag that there is not
  const help = parsed.help === true || args.includes("-h");
  return { help, topic: first === undefined ? undefined : camel(first), values, words };
}

function separate(
  { passThrough = [] }: Task<z.ZodObject>,
  { trace: _, ...values }: Record<string, string | boolean>,
) {
  const options: Record<string, string | boolean> = {}, rest: Record<string, string | boolean> = {};
  const passed = new Set(passThrough.map(({ name }) => name));
  for (const [name, value] of Object.entries(values)) (passed.has(name) ? rest : options)[name] = value;
  return { options, rest };
}

function checkOptions<S extends z.ZodObject>(
  task: Task<S>,
  values: Record<string, unknown>,
  words: readonly string[],
): z.output<S> {
  const { name, atLeast } = task.words ?? { name: "", atLeast: 0 };
  const missing = words.length < atLeast ? [`${name}: ${atLeast} are needed, ${words.length} given`] : [];
  const result = task.options.safeParse(values);
  if (result.success && missing.length === 0) return result.data;
  const passed = (task.passThrough ?? []).map(({ name }) => name);
  const known = [...Object.keys(task.options.shape), ...passed].map((key) => `--${kebab(key)}`);
  const faults = (result.error?.issues ?? []).flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => `--${kebab(key)} is not one of ${known.join(", ")}`)
      : [
        `--${kebab(issue.path.join("."))}: ${
          issue.code === "invalid_type" && issue.input === undefined && values[String(issue.path[0])] === undefined
            ? "it is required"
            : issue.message
        }`,
      ]
  );
  const all = [...missing, ...faults].join("\n  ");
  throw new TypeError(`Cannot run ${task.name} as\n  ${all}\nSee deno task ${task.name} --help.`);
}

/** The text of `--help`: all flags, and of those that are chosen by name the choices. */
export function helpText(task: Task<z.ZodObject>): string {
  const { name, summary, options, passThrough = [], takesCommand, words } = task;
  const json = z.toJSONSchema(options, { io: "input", unrepresentable: "any" });
  const flags = [...optionsOf(json), ...passThrough];
  const width = Math.max(7, ...flags.map((flag) => kebab(flag.name).length + 2)) + 2;
  const row = (flag: string, help: string) => `  ${`--${flag}`.padEnd(width)}${help}`;
  const rows = flags.flatMap((flag) => [
    row(kebab(flag.name), sentence(flag)),
    ...flag.choices.map((choice) => `      ${`${choice.name} `.padEnd(width)} ${choice.help}`),
  ]);
  const usage = words ? ` ${words.name}`.repeat(words.atLeast) + ` [${words.name} ...]` : "";
  const more = passThrough.some(({ choices }) => choices.length > 0)
    ? ["", `A choice with options is written as JSON, '{"name": ...}'; deno task ${name} --help loss tells them.`]
    : [];
  return [
    ...[summary, "", `Usage: deno task ${name}${usage} [flags]${takesCommand ? " -- COMMAND [its flags]" : ""}`, ""],
    ...[
      ...words ? [`  ${words.name.padEnd(width)}${words.summary}`] : [],
      ...rows,
      row("trace", "Print an error's stack."),
      row("help", "Print this; of one flag, all its choices take."),
    ],
    ...more,
  ].join("\n");
}

/** The text of `--help` with the name of a flag, or of an option within one. */
function topicText({ name, options, passThrough = [] }: Task<z.ZodObject>, topic: string): string {
  const json = z.toJSONSchema(options, { io: "input", unrepresentable: "any" });
  const option = findOption([...optionsOf(json), ...passThrough], topic);
  return option ? `${topic}: ${describeOption(option)}` : `There is no option ${topic}; see deno task ${name} --help.`;
}

export { z };
