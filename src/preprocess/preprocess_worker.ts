/**
 * The worker that preprocesses files.
 *
 * @module
 */
import { type Job, type Outcome, processor, type Recipe } from "./process_file.ts";

/** What a worker is told: first how, then file by file. */
export type WorkerRequest = { readonly recipe: Recipe } | { readonly index: number; readonly job: Job };

/** What it answers. */
export interface WorkerAnswer {
  /** Which job. */
  readonly index: number;
  /** What is wrong with its image. */
  readonly outcome?: Outcome;
  /** Why the work cannot go on. */
  readonly error?: string;
}

let process: ReturnType<typeof processor> | undefined;
const port = globalThis as unknown as {
  postMessage(answer: WorkerAnswer): void;
  onmessage: (event: MessageEvent<WorkerRequest>) => void;
};

port.onmessage = ({ data }) => {
  if ("recipe" in data) {
    process = processor(data.recipe);
    return;
  }
  const { index, job } = data;
  process!(job).then(
    (outcome) => port.postMessage({ index, outcome }),
    (error: Error) => port.postMessage({ index, error: error.message }),
  );
};
