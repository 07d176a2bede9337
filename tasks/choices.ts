/**
 * What the options of a configuration can be, read off its JSON Schema, as text for `--help`.
 *
 * @module
 */

/** An option: a sentence, its bounds and default as a note, and what it can be by name. */
export interface Option {
  readonly name: string;
  readonly help: string;
  /** Bounds and default, as in "0 to 1; default 0.2"; may be empty. */
  readonly note: string;
  /** What it can be by name; none if it is a plain value. */
  readonly choices: readonly Choice[];
  /** What it consists of; none unless it is a record. */
  readonly members: readonly Option[];
}

/** One of an option's choices, with its own options. */
export interface Choice {
  readonly name: string;
  readonly help: string;
  readonly options: readonly Option[];
}

/** What is read of a JSON Schema. */
interface Node {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node | false;
  readonly oneOf?: readonly Node[];
  readonly anyOf?: readonly Node[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Node>>;
}

/** The options of an object's JSON Schema, `$schema` aside. */
export function optionsOf(schema: unknown): Option[] {
  const root = schema as Node, { $defs = {} } = root;
  const resolve = (node: Node): Node =>
    node.$ref === undefined ? node : { ...$defs[node.$ref.slice("#/$defs/".length)], ...node };
  const option = (name: string, given: Node, required: boolean): Option => {
    const node = resolve(given), inner = node.type === "array" && node.items ? resolve(node.items) : node;
    return {
      name,
      help: node.description ?? "",
      note: [bounds(node), required ? "required" : fallback(node.default)].filter(Boolean).join("; "),
      choices: (inner.oneOf ?? []).map((choice): Choice => ({
        name: `${choice.properties?.name?.const}`,
        help: choice.description ?? "",
        options: members(choice),
      })),
      members: members(inner),
    };
  };
  const members = ({ properties = {}, required = [] }: Node): Option[] =>
    Object.entries(properties).filter(([name, node]) => node.const === undefined && name !== "$schema")
      .map(([name, node]) => option(name, node, required.includes(name)));
  return members(root);
}

function bounds({ enum: names, anyOf, ...node }: Node): string {
  if (names) return `one of ${names.join(", ")}`;
  if (anyOf) return anyOf.some((one) => one.enum) ? anyOf.map(kind).join(", or ") : "";
  const low = node.exclusiveMinimum ?? node.minimum, high = node.exclusiveMaximum ?? node.maximum;
  const isLow = low !== undefined && low > -Number.MAX_SAFE_INTEGER;
  const isHigh = high !== undefined && high < Number.MAX_SAFE_INTEGER;
  const above = node.exclusiveMinimum === undefined ? "at least" : "above";
  const below = node.exclusiveMaximum === undefined ? "at most" : "below";
  return [isLow && `${above} ${low}`, isHigh && `${below} ${high}`].filter(Boolean).join(", ");
}

/** What one of several forms of a value is. */
function kind(node: Node): string {
  if (node.enum || node.const !== undefined) return bounds({ enum: node.enum ?? [node.const] });
  return { array: "a list", number: "a number", integer: "a whole number", null: "null" }[node.type ?? ""] ??
    `a ${node.type}`;
}

function fallback(value: unknown): string {
  if (value === undefined) return "";
  const plain = (one: unknown): string => {
    const { name, ...rest } = (typeof one === "object" && one !== null ? one : {}) as Record<string, unknown>;
    return typeof name === "string" && Object.keys(rest).length === 0 ? name : JSON.stringify(one).replaceAll('"', "");
  };
  if (JSON.stringify(value) === "{}") return "";
  return `default ${Array.isArray(value) && value.length > 0 ? value.map(plain).join(", ") : plain(value)}`;
}

/** A sentence with its note in brackets. */
export function sentence({ help, note }: Pick<Option, "help" | "note">): string {
  return note ? `${help} (${note})` : help;
}

/** Every option that has a name, those of choices too, the outermost first. */
export function findOption(options: readonly Option[], name: string): Option | undefined {
  const within = options.flatMap(({ choices, members }) => [...choices.flatMap(({ options }) => options), ...members]);
  return options.find((option) => option.name === name) ?? (within.length > 0 ? findOption(within, name) : undefined);
}

/** All that there is to say of an option: its choices and theirs; what all choices take stands once, at the end. */
export function describeOption(option: Option): string {
  const { choices, members } = option;
  const keys = choices.map(({ options }) => new Set(options.map((one) => JSON.stringify(one))));
  const isShared = (one: Option) => choices.length > 1 && keys.every((own) => own.has(JSON.stringify(one)));
  const shared = choices[0]?.options.filter(isShared) ?? [];
  const blocks = choices.map(({ name, help, options }) => [
    `  ${name}${" ".repeat(Math.max(1, 22 - name.length))}${help}`,
    ...rows(options.filter((one) => !isShared(one))),
  ]);
  return [
    sentence(option),
    ...choices.length > 0 ? ["", ...blocks.flat()] : [],
    ...shared.length > 0 ? ["", "Each of them takes", ...rows(shared)] : [],
    ...members.length > 0 ? ["", ...rows(members)] : [],
  ].join("\n");
}

function rows(options: readonly Option[]): string[] {
  return options.map((option) => {
    const { name, choices } = option;
    const more = choices.length > 0 ? ` One of ${choices.map((choice) => choice.name).join(", ")}.` : "";
    return `      ${name}${" ".repeat(Math.max(1, 18 - name.length))}${sentence(option)}${more}`;
  });
}
