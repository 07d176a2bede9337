/**
 * Whoever preprocesses files: some workers, or with none of them the main thread itself.
 *
 * @module
 */
import type { WorkerAnswer, WorkerRequest } from "./preprocess_worker.ts";
import { type Job, type Outcome, processor, type Recipe } from "./process_file.ts";

/** Preprocesses files; its workers end when it is disposed of. */
export interface Crew extends Disposable {
  /** Does one file; several may be under way. */
  run(job: Job): Promise<Outcome>;
}

/** Starts a crew of so many workers. */
export function startCrew(recipe: Recipe, count: number): Crew {
  if (count === 0) {
    const process = processor(recipe);
    return { run: (job) => process(job).catch((error) => nameFile(job, error)), [Symbol.dispose]() {} };
  }
  const waiting = new Map<number, { readonly done: (outcome: Outcome) => void; readonly failed: (e: Error) => void }>();
  const failAll = (message: string) => {
    for (const { failed } of waiting.values()) failed(new Error(`a worker ended: ${message}`));
    waiting.clear();
  };
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(new URL("./preprocess_worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data: { index, outcome, error } }: MessageEvent<WorkerAnswer>) => {
      const job = waiting.get(index);
      waiting.delete(index);
      if (error === undefined) job?.done(outcome);
      else job?.failed(new Error(error));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      failAll(event.message);
    };
    const send = (request: WorkerRequest) => worker.postMessage(request);
    send({ recipe });
    return { worker, send, busy: 0 };
  });
  let jobs = 0;
  return {
    async run(job) {
      const idlest = workers.reduce((a, b) => b.busy < a.busy ? b : a), index = jobs++;
      idlest.busy++;
      try {
        return await new Promise<Outcome>((done, failed) => {
          waiting.set(index, { done, failed });
          idlest.send({ index, job });
        });
      } catch (error) {
        return nameFile(job, error as Error);
      } finally {
        idlest.busy--;
      }
    },
    [Symbol.dispose]() {
      workers.forEach(({ worker }) => worker.terminate());
      failAll("the work is over");
    },
  };
}

function nameFile({ from }: Job, error: Error): never {
  throw new Error(`Cannot preprocess "${from}": ${error.message}`, { cause: error });
}
