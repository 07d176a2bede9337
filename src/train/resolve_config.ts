/**
 * Making a full configuration of what callers, presets and flags say, checked as a whole.
 *
 * @module
 */
import type { z } from "zod";
import { faultText } from "../core/parts.ts";
import { pair, type TrainConfig, type TrainConfigInput } from "./config.ts";
import { CONFIG_SCHEMA } from "./config_schema.ts";

/** Options that are lists of parts. */
const LISTS = ["preprocess", "augments", "mixes", "views"];

const PARTS = [
  "model",
  "fineTune",
  "loss",
  "valueLoss",
  "optimizer",
  "schedule",
  "average",
  "sampler",
  "nearCuts",
];

/**
 * Makes a configuration of layers, each overriding those before it: defaults < preset < flags. A part given by the same
 * name as before keeps the options that the later layer does not mention; another name starts from its own defaults. A part
 * may be given by its name alone, and a list of parts by their names, `clahe+sharpenEdges` or `none`.
 *
 * @example
 * ```ts
 * import { resolveConfig } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const config = resolveConfig({ epochs: 30, model: { name: "efficientnet_b3", dropPath: 0.1 } }, { epochs: 2 });
 * assertEquals([config.epochs, config.model.dropPath, config.loss.name], [2, 0.1, "crossEntropy"]);
 * ```
 *
 * @param layers Partial configurations.
 * @returns The full configuration.
 * @throws {TypeError} If an option is unknown, of the wrong kind or out of bounds; all faults are listed.
 */
export function resolveConfig(
  ...layers: readonly (TrainConfigInput | Readonly<Record<string, unknown>>)[]
): TrainConfig {
  const { $schema: _, ...config } = resolveLayers(layers, CONFIG_SCHEMA, { parts: PARTS, lists: LISTS });
  const [height, width] = pair(config.resize), [cropHeight, cropWidth] = pair(config.crop);
  if (Array.isArray(config.resize) && (cropHeight > height || cropWidth > width)) {
    throw new TypeError(
      `Cannot read the configuration as crop ${cropHeight} x ${cropWidth} must fit in resize ${height} x ${width}`,
    );
  }
  if (config.accumulate !== "auto" && config.accumulate > 1 && config.batchSize / config.accumulate < 2) {
    throw new TypeError(
      `Cannot read the configuration as accumulate must leave two images in a micro-batch: current values are ` +
        `accumulate ${config.accumulate}, batchSize ${config.batchSize}`,
    );
  }
  return config;
}

/**
 * What {@linkcode resolveConfig} does, for a configuration of any schema.
 *
 * @param layers Partial configurations.
 * @param schema Checks the whole and fills in defaults.
 * @param keys Options that are parts, and those that are lists of parts.
 * @throws {TypeError} As there.
 */
export function resolveLayers<C>(
  layers: readonly object[],
  schema: z.ZodType<C>,
  keys: { readonly parts: readonly string[]; readonly lists: readonly string[] },
): C {
  const merged: Record<string, unknown> = {};
  const defaultName = (key: string) => (schema.parse({}) as Record<string, { readonly name: string }>)[key]!.name;
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer)) {
      if (value === undefined) continue;
      const before = merged[key];
      const after = keys.lists.includes(key)
        ? asList(value)
        : keys.parts.includes(key)
        ? asPart(value, before, () => defaultName(key))
        : value;
      const same = isRecord(before) && isRecord(after) && (after.name === undefined || after.name === before.name);
      merged[key] = same ? { ...before, ...after } : after;
    }
  }
  const result = schema.safeParse(merged);
  if (result.success) return result.data;
  throw new TypeError(`Cannot read the configuration as ${result.error.issues.map(faultText).join("; ")}`);
}

/** A list of parts: a text in it is a part's name, and a text for all of it names with a plus between, or `none`. */
function asList(value: unknown): unknown {
  const parts = typeof value === "string" ? value === "none" ? [] : value.split("+") : value;
  return Array.isArray(parts) ? parts.map((part) => typeof part === "string" ? { name: part.trim() } : part) : parts;
}

/** A part's options as a record: a text is its name, and options without a name are those of the default part. */
function asPart(value: unknown, before: unknown, defaultName: () => string): unknown {
  if (typeof value === "string") return { name: value };
  if (!isRecord(value) || value.name !== undefined || before !== undefined) return value;
  return { name: defaultName(), ...value };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
