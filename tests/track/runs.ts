/** A run that is told to trackers, without training. @module */
import type { RunStart, Track } from "../../src/track/mod.ts";

/** What a run begins with. */
export const START: RunStart = {
  name: "tests/fold-0",
  config: { lr: 0.003, epochs: 4, overfitOneBatch: true, model: { name: "nano", heads: [1, 2] } },
  environment: { versions: { deno: "2" }, commit: "abc", weights: null },
  data: { train: 12, classes: 3 },
};

/** A figure of one size. */
export const FIGURE = {
  svg: `<svg xmlns="http://www.w3.org/2000/svg" width="31" height="17"><rect width="9" height="9"/></svg>`,
};

/** Tells some epochs of a run, ten steps each. */
export function tellEpochs(track: Track, epochs: readonly number[]): void {
  for (const epoch of epochs) {
    track.scalars(10 * epoch, { "train/loss": 1 / epoch, "F1/마스크 <30": epoch / 10 });
    track.figure(10 * epoch, "confusion/counts", () => FIGURE);
  }
}

/** The events that stand in a run's queue. */
export async function queued(dir: string): Promise<Record<string, unknown>[]> {
  return (await Deno.readTextFile(`${dir}/events.jsonl`)).trimEnd().split("\n").map((line) => JSON.parse(line));
}
