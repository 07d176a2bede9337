/**
 * Finding weights: a file, an address, or a name on the hub; and how their images want to be prepared.
 *
 * @module
 */
import { show } from "../core/check.ts";
import { download, type DownloadProgress, exists, fetchHubFile, openSafetensors, readJson } from "../io/mod.ts";
import type { InputSpec } from "./model.ts";

/** How weights are fetched that are not on disk. */
export interface FindOptions {
  /** Ends a download; it can be gone on with. */
  readonly signal?: AbortSignal;
  /** Called while a file is downloaded. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** Weights that are on disk. */
export interface FoundWeights {
  /** What was asked for. */
  readonly source: string;
  /** The safetensors file. */
  readonly path: string;
  /** How images are prepared that the weights were trained with, as far as it is known. */
  readonly input?: Partial<Omit<InputSpec, "size">>;
  /** What a reader should know, in full sentences. */
  readonly notes: readonly string[];
}

const HUB_NAME = /^(?:hf-hub:|hf_hub:)?(?<repo>[\w.-]+\/[\w.-]+)(?:@(?<revision>[\w./-]+))?$/;

/**
 * Finds weights, downloading them where they are not in the cache.
 *
 * @param where A safetensors file, its URL, or a hub name such as `timm/efficientnet_b3.ra2_in1k`, with `@revision` if need be.
 * @throws {Error} If there is no such file or name, or it cannot be had.
 * @throws {SyntaxError} If the file is broken.
 */
export async function findWeights(where: string, options: FindOptions = {}): Promise<FoundWeights> {
  if (/^https?:\/\//.test(where)) {
    const { path, ...state } = await download(where, options);
    return { source: where, path, ...await inputOf(path), notes: fallbackNotes(where, state) };
  }
  if (await exists(where)) return { source: where, path: where, ...await inputOf(where), notes: [] };
  const { repo, revision } = HUB_NAME.exec(where)?.groups ?? {};
  if (!repo || where.endsWith(".safetensors")) {
    throw new Deno.errors.NotFound(
      `Cannot find weights ${
        show(where)
      } as it must be a safetensors file that exists, its URL, or a hub name such as "timm/resnet18.a1_in1k"`,
    );
  }
  const { path, commit, ...state } = await fetchHubFile({ repo, file: "model.safetensors", revision }, options);
  const input = await hubInput(() => fetchHubFile({ repo, file: "config.json", revision: commit }, options));
  return { source: where, path, ...(input ? { input } : await inputOf(path)), notes: fallbackNotes(where, state) };
}

/** What maskfold wrote into the file's header, where it did. */
async function inputOf(path: string): Promise<Pick<FoundWeights, "input">> {
  using file = await openSafetensors(path);
  if (file.metadata.input === undefined) return {};
  try {
    const { mean, std, interpolation } = JSON.parse(file.metadata.input) as InputSpec;
    return { input: { mean, std, interpolation } };
  } catch (error) {
    throw new SyntaxError(`Cannot read "${path}" as its metadata's input must be JSON`, { cause: error });
  }
}

/** What timm's `config.json` says. */
async function hubInput(
  fetchConfig: () => Promise<{ readonly path: string }>,
): Promise<FoundWeights["input"] | undefined> {
  let path;
  try {
    ({ path } = await fetchConfig());
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined; // a repository need not have one
    throw error;
  }
  const { pretrained_cfg: { mean, std, interpolation } = {} } = await readJson(path) as {
    readonly pretrained_cfg?: { readonly mean?: number[]; readonly std?: number[]; readonly interpolation?: string };
  };
  const isTriple = (value: unknown): value is [number, number, number] =>
    Array.isArray(value) && value.length === 3 && value.every((n) => Number.isFinite(n));
  const isFilter = interpolation === "bilinear" || interpolation === "bicubic";
  return {
    ...(isTriple(mean) && { mean }),
    ...(isTriple(std) && { std }),
    ...(isFilter && { interpolation: interpolation as "bilinear" | "bicubic" }),
  };
}

function fallbackNotes(where: string, { reason }: { readonly reason?: string }): string[] {
  return reason === undefined ? [] : [`${where} was taken from the cache: ${reason}`];
}
