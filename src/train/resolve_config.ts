/**
 * Making a full configuration of what callers, presets and flags say, checked as a whole.
 *
 * @module
 */
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
] as const;

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
  const merged: Record<string, unknown> = {};
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer)) {
      if (value === undefined) continue;
      const before = merged[key];
      const after = asPart(key, value, before);
      const same = isRecord(before) && isRecord(after) && (after.name === undefined || after.name === before.name);
      merged[key] = same ? { ...before, ...after } : after;
    }
  }
  const result = CONFIG_SCHEMA.safeParse(merged);
  if (!result.success) {
    throw new TypeError(`Cannot read the configuration as ${result.error.issues.map(faultText).join("; ")}`);
  }
  const { $schema: _, ...config } = result.data;
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
 * A part's options as a record: a text is its name, and options without a name are those of the default part. In a list of
 * parts a text is a name too; a text for the whole list is names with a plus between, or `none`.
 */
function asPart(key: string, value: unknown, before: unknown): unknown {
  if (LISTS.includes(key)) {
    const parts = typeof value === "string" ? value === "none" ? [] : value.split("+") : value;
    return Array.isArray(parts) ? parts.map((part) => typeof part === "string" ? { name: part.trim() } : part) : parts;
  }
  if (!(PARTS as readonly string[]).includes(key)) return value;
  if (typeof value === "string") return { name: value };
  if (!isRecord(value) || value.name !== undefined || before !== undefined) return value;
  return { name: CONFIG_SCHEMA.parse({})[key as typeof PARTS[number]].name, ...value };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
