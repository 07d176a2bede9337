/**
 * Presets: configurations that come with maskfold, by name, or from a file.
 *
 * @module
 */
import { readJson } from "../io/mod.ts";
import type { TrainConfigInput } from "./config.ts";

/**
 * Reads a preset.
 *
 * @param preset `baseline`, `kfold`, `small`, `demo` or `distil`, or the path of a JSON file: a run's own `config.json` serves too.
 * @returns The options that it sets, unchecked, for {@linkcode resolveConfig}.
 * @throws {Error} If there is no such file.
 */
export async function readPreset(preset: string): Promise<TrainConfigInput> {
  const own = new URL(`../../tasks/configs/${preset}.json`, import.meta.url);
  const path = preset.endsWith(".json") ? preset : own.protocol === "file:" ? decodeURIComponent(own.pathname) : own;
  try {
    return (path instanceof URL ? await (await fetch(path)).json() : await readJson(path)) as TrainConfigInput;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(
      `Cannot read the preset "${preset}" as it must be one of ${PRESETS.join(", ")}, or the path of a .json file`,
      { cause: error },
    );
  }
}

const PRESETS = ["baseline", "kfold", "small", "demo", "distil"] as const;
