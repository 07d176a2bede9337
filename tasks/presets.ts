/**
 * The presets of classifiers that come with maskfold.
 *
 * @module
 */
import * as mf from "maskfold";

const CONFIGS = new URL("./configs/", import.meta.url);

/** Reads them, by name. */
export async function readPresets(): Promise<Record<string, mf.TrainConfig>> {
  const presets: Record<string, mf.TrainConfig> = {};
  for await (const { name: file } of Deno.readDir(CONFIGS)) {
    const name = file.replace(/\.json$/, "");
    if (name === "schema") continue;
    const preset = await mf.readPreset(name);
    if (Object.hasOwn(preset, "model")) presets[name] = mf.resolveConfig(preset); // a GAN's names none
  }
  return presets;
}
