/**
 * The worker that makes batches ready beside training.
 *
 * @module
 */
import { type BatchKey, type Prepared, type PrepareOptions, preparer } from "./prepare.ts";

/** What a worker is told: first how, with the buffers that it shares; then batch by batch. */
export type LoaderRequest =
  | { readonly options: PrepareOptions; readonly slots: readonly Prepared[] }
  | { readonly slot: number; readonly key: BatchKey };

/** What it answers: the slot whose batch is ready, or why it is not. */
export interface LoaderAnswer {
  /** Which of the buffers. */
  readonly slot: number;
  /** The fault's message. */
  readonly fault?: string;
}

let prepare: ReturnType<typeof preparer> | undefined;
let slots: readonly Prepared[] = [];
const port = globalThis as unknown as {
  postMessage(answer: LoaderAnswer): void;
  onmessage: (event: MessageEvent<LoaderRequest>) => void;
};

port.onmessage = ({ data }) => {
  if ("options" in data) {
    prepare = preparer(data.options);
    slots = data.slots;
    return;
  }
  try {
    prepare!(slots[data.slot]!, data.key);
    port.postMessage({ slot: data.slot });
  } catch (error) {
    port.postMessage({ slot: data.slot, fault: (error as Error).message });
  }
};
