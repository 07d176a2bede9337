/**
 * The page's worker: decodes pictures and asks the network, so that the page never stands still.
 *
 * @module
 */
/// <reference lib="dom" />
import "./old_browsers.ts";
import type { Answer, Question } from "./messages.ts";
import { loadNetwork, type Network } from "./network.ts";
import { picturePixels } from "./picture.ts";

// Where memory can be shared, TensorFlow.js would ask for its build with threads, which is not among the page's files.
(globalThis as { SharedArrayBuffer?: unknown }).SharedArrayBuffer = undefined;

const say = (answer: Answer, given: Transferable[] = []) => globalThis.postMessage(answer, { transfer: given });
const network = loadNetwork((share) => say({ kind: "loading", share }));
network.then(
  ({ about }) => say({ kind: "ready", model: about, milliseconds: performance.now() }),
  (error) => say({ kind: "broken", message: messageOf(error) }),
);

let last: Promise<unknown> = network.catch(() => {});
globalThis.addEventListener("message", ({ data }: MessageEvent<Question>) => {
  last = last.then(async () => {
    try {
      await answer(data, await network);
    } catch (error) {
      say({ kind: "refused", id: data.id, message: messageOf(error) });
    }
  });
});

async function answer({ id, picture, heat }: Question, network: Network): Promise<void> {
  const begun = performance.now();
  const pixels = await picturePixels(picture), probabilities = await network.classify(pixels);
  const best = probabilities.indexOf(Math.max(...probabilities));
  const found = heat ? await network.heat(pixels, best) : null;
  const seen = network.seen(pixels), milliseconds = performance.now() - begun;
  say({ kind: "classified", id, probabilities, seen, heat: found, milliseconds }, found ? [found.rgba.buffer] : []);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : `${error}`;
}
