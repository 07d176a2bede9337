/**
 * A display of a GAN's training for whoever calls it.
 *
 * @module
 */
import { progress, type ProgressOptions } from "../io/mod.ts";
import { trainingDisplay } from "../train/mod.ts";
import type { TrainingDisplay } from "../train/mod.ts";
import type { TrainGanOptions } from "./train_gan.ts";
import type { GanRow } from "./watch.ts";

/** Callbacks that show progress, to be spread into the options of `packDataset` and `trainGan`. */
export interface GanDisplay
  extends
    Pick<TrainingDisplay, "onProgress" | "onNotes" | "onCompile">,
    Required<Pick<TrainGanOptions, "onStep" | "onEpoch">> {
  /** Ends the display; call it when training is over. */
  end(): void;
}

/**
 * Shows the training of a GAN in a terminal, a log or a notebook, whichever this is.
 *
 * @param options Where to, as for `progress`.
 * @returns Callbacks for `packDataset` and `trainGan`.
 */
export function ganDisplay(options: ProgressOptions = {}): GanDisplay {
  const before = trainingDisplay(options);
  let bar: ReturnType<typeof progress> | undefined;
  const training = () => {
    before.end();
    return bar ??= progress("training", options);
  };
  return {
    onProgress: before.onProgress,
    onNotes: before.onNotes,
    onCompile: before.onCompile,
    onStep({ epoch, epochs, done, total, discriminatorLoss, generatorLoss }) {
      const losses = `losses ${discriminatorLoss.toFixed(3)} and ${generatorLoss.toFixed(3)}`;
      training().update((epoch - 1) * total + done, epochs * total, `epoch ${epoch}/${epochs}, ${losses}`);
    },
    onEpoch: (row, { epochs, good }) => training().line(ganLine(row, { epochs, good })),
    end() {
      before.end();
      bar?.end();
      bar = undefined;
    },
  };
}

/** One epoch as a line of text; a question mark stands after one that is not kept. */
export function ganLine(
  row: GanRow,
  { epochs, good }: { readonly epochs: number; readonly good: boolean },
): string {
  return [
    `epoch ${`${row.epoch}`.padStart(`${epochs}`.length)}/${epochs}`,
    `loss of discriminator ${row.discriminatorLoss.toFixed(3)}, generator ${row.generatorLoss.toFixed(3)}`,
    `told right ${row.discriminatorAccuracy.toFixed(3)}`,
    `spread ${row.spread.toFixed(2)}${good ? " " : "?"}`,
    ...row.quality
      ? [
        `distance ${row.quality.frechet.toFixed(2)}`,
        `precision ${row.quality.precision.toFixed(2)}, recall ${row.quality.recall.toFixed(2)}`,
        `agreement ${row.quality.agreement.toFixed(3)}`,
      ]
      : [],
    `${row.seconds.toFixed(1)} s`,
    `${row.imagesPerSecond.toFixed(0)} images/s`,
  ].join("  ");
}
