/**
 * What a run was trained on, and whether it may be gone on with.
 *
 * @module
 */
import { show } from "../core/check.ts";
import type { Dataset, Fold, ImageSet, Predictions } from "../core/records.ts";
import { exists, readJson, sha256 } from "../io/mod.ts";
import type { TrainConfig } from "./config.ts";
import { resolveConfig } from "./resolve_config.ts";
import type { StepMemory } from "./memory.ts";
import { type DataRecord, FILES } from "./run.ts";
import { digestTargets } from "./soft_targets.ts";

/** What is trained on. */
export interface TrainedOn {
  /** Which samples. */
  readonly fold: Fold;
  /** Their images. */
  readonly images: ImageSet;
  /** Probabilities that training images have as targets beside their labels, or for labels where these are unknown. */
  readonly softTargets?: Predictions;
}

/** The fold without images that could not be decoded. */
export function soundFold({ fold, images }: TrainedOn): Fold {
  const broken = new Set(images.faults.map(({ id }) => id));
  const sound = (index: number) => !broken.has(images.ids[index]!);
  return { train: fold.train.filter(sound), valid: fold.valid.filter(sound) };
}

/** What `data.json` says. */
export async function describeData(
  { schema, samples }: Dataset,
  { fold, images, softTargets }: TrainedOn,
): Promise<DataRecord> {
  const rows = samples.map(({ id, label, group }) => [id, label, group]);
  const soft = softTargets && await digestTargets(softTargets);
  return {
    digest: await sha256(
      JSON.stringify([images.digest, rows, [...fold.train], [...fold.valid], ...soft === undefined ? [] : [soft]]),
    ),
    ...(soft !== undefined && { softTargets: soft }),
    schema,
    train: fold.train.length,
    valid: Array.from(fold.valid, (index) => samples[index]!.id),
    groups: Array.from(fold.valid, (index) => samples[index]!.group),
    leftOut: images.faults.map(({ message }) => message),
  };
}

/** The micro-batch of the run's first process, so that the numbers stay those of an unbroken run. */
export async function microBatchBefore(dir: string): Promise<number | undefined> {
  if (!await exists(`${dir}/${FILES.env}`)) return undefined;
  return (await readJson(`${dir}/${FILES.env}`) as { readonly memory?: StepMemory }).memory?.microBatch;
}

/** Refuses to go on with a run of another config or of other data, and says what differs. */
export async function checkSameRun(dir: string, config: TrainConfig, data: DataRecord): Promise<void> {
  await checkSameRunOf(resolveConfig, dir, config, data);
}

/** {@linkcode checkSameRun} for runs of any kind of config, which `resolve` makes full. */
export async function checkSameRunOf<C extends object>(
  resolve: (layer: Record<string, unknown>) => C,
  dir: string,
  config: C,
  data: DataRecord,
): Promise<void> {
  if (!await exists(`${dir}/${FILES.config}`)) return;
  // Resolved again, so that an option that is newer than the run has its default.
  const before = { ...resolve(await readJson(`${dir}/${FILES.config}`) as Record<string, unknown>) };
  const differs = Object.entries(config).filter(([key, value]) =>
    JSON.stringify(value) !== JSON.stringify(before[key as keyof C])
  );
  if (differs.length > 0) {
    const changes = differs.map(([key, value]) => `${key} (was ${show(before[key as keyof C])}, is ${show(value)})`);
    throw new TypeError(`Cannot go on with the run in ${show(dir)} as its config differs in ${changes.join(", ")}`);
  }
  if (!await exists(`${dir}/${FILES.data}`)) return;
  const { digest } = await readJson(`${dir}/${FILES.data}`) as DataRecord;
  if (digest !== data.digest) {
    throw new TypeError(
      `Cannot go on with the run in ${show(dir)} as it was trained on other data, folds or soft targets`,
    );
  }
}
