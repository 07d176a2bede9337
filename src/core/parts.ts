/**
 * Parts: choices that a config makes by name. A part pairs a zod schema of its options with the function that builds it;
 * a constant record of parts is a registry, and types, checks, documentation and JSON Schema all come from it.
 *
 * @module
 */
import { z } from "zod";
import { list, show } from "./check.ts";

/** A schema of options: what zod's `strictObject` makes, as far as it shows in types. */
export interface OptionsSchema<O extends object, I extends object> {
  /** Checks a value and fills in the defaults. */
  parse(value: unknown): O;
  /** Type of what a caller writes; zod sets no such property. */
  readonly _input: I;
}

/**
 * A choice: the schema of its options (defaults, bounds, a sentence each), and what makes it from them.
 *
 * @typeParam O The full options.
 * @typeParam T What is made.
 * @typeParam I What a caller writes; all options are optional unless said otherwise.
 */
export interface Part<O extends object, T, I extends object = Partial<O>> {
  /** Schema of the options. */
  readonly options: OptionsSchema<O, I>;
  /** Builds the part from a full set of options. */
  readonly make: (options: O) => T;
}

/** Parts by name. */
// deno-lint-ignore no-explicit-any
export type Registry<T = unknown> = Readonly<Record<string, Part<any, T, any>>>;

/** What a caller or a config writes: a name, and any options that differ from the defaults. */
export type SpecOf<R extends Registry> = {
  [K in keyof R]: { readonly name: K } & OptionsOf<R[K]>;
}[keyof R];

/** A part's options as a caller writes them; nothing for a part without options. */
// deno-lint-ignore no-explicit-any
export type OptionsOf<P> = P extends Part<any, unknown, infer I>
  ? I extends Record<string, never> ? unknown : Readonly<I>
  : never;

/**
 * Pairs a schema of options with a maker.
 *
 * @example
 * ```ts
 * import { build, part } from "maskfold";
 * import { z } from "zod";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const SCALES = { times: part(z.strictObject({ by: z.number().default(2) }), ({ by }) => (x: number) => x * by) };
 * assertEquals(build("scale", SCALES, { name: "times" })(4), 8);
 * assertThrows(() => build("scale", SCALES, JSON.parse(`{"name": "plus"}`)), RangeError, `"times"`);
 * ```
 *
 * @param options A strict zod object: unknown keys are faults. Its description is the choice's, in help and JSON Schema.
 * @param make Builds the part; called with defaults filled in.
 */
export function part<O extends object, T, I extends object>(
  options: OptionsSchema<O, I>,
  make: (options: O) => T,
): Part<O, T, I> {
  return { options, make };
}

/**
 * Builds what a spec names, after checking its name and options.
 *
 * @param kind What is built, for messages: "loss", "model".
 * @param registry The choices.
 * @param spec A name and options.
 * @returns What the part makes.
 * @throws {RangeError} If the name is unknown.
 * @throws {TypeError} If an option is unknown, of the wrong kind or out of bounds; all such faults are listed.
 */
export function build<R extends Registry>(kind: string, registry: R, spec: SpecOf<R>): ReturnType<R[keyof R]["make"]> {
  const { name, ...options } = resolveSpec(kind, registry, spec);
  return registry[name]!.make(options) as ReturnType<R[keyof R]["make"]>;
}

/**
 * Checks a spec and fills in the defaults, without building anything.
 *
 * @param kind What it is a spec of, for messages.
 * @param registry The choices.
 * @param spec A name and options.
 * @returns The name with every option.
 * @throws {RangeError | TypeError} As {@linkcode build} does.
 */
export function resolveSpec<R extends Registry>(
  kind: string,
  registry: R,
  spec: SpecOf<R>,
): { readonly name: string; readonly [option: string]: unknown } {
  const { name, ...given } = spec as { name: string };
  if (typeof name !== "string" || !Object.hasOwn(registry, name)) {
    throw new RangeError(
      `Cannot build ${kind} ${show(name)} as the name must be one of ${list(Object.keys(registry))}`,
    );
  }
  const options = zodOf(registry[name]!);
  const result = options.safeParse(given);
  if (result.success) return { name, ...result.data };
  const keys = Object.keys(options.shape);
  throw new TypeError(
    `Cannot build ${kind} "${name}" as ${result.error.issues.map(faultText).join("; ")} (it takes ${
      keys.length ? list(keys) : "no options"
    })`,
  );
}

/**
 * The zod schema of a spec, for use inside a config's schema.
 *
 * @param registry The choices.
 * @returns A union over the names, each with its own options.
 */
export function specSchema<R extends Registry>(registry: R): z.ZodType<SpecOf<R>, SpecOf<R>> {
  const members = Object.entries(registry).map(([name, part]) => {
    const options = zodOf(part), member = options.extend({ name: z.literal(name) });
    return options.description === undefined ? member : member.describe(options.description);
  });
  return z.discriminatedUnion("name", members as never) as unknown as z.ZodType<SpecOf<R>, SpecOf<R>>;
}

function zodOf(part: Registry[string]): z.ZodObject {
  return part.options as unknown as z.ZodObject;
}

/** One of zod's issues as half a sentence that names the option. */
export function faultText(issue: z.core.$ZodIssue): string {
  const where = issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
  return `${where}${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`;
}
