/**
 * `UnsortedSegmentSum`, the gradient of `gather`, which the stock wasm backend lacks.
 *
 * @module
 */
import { engine } from "./engine.ts";
import { count, replaceKernel } from "../registry.ts";

/** Registers the kernel. */
export function registerSegmentSum(): void {
  replaceKernel<"x" | "segmentIds">("wasm", "UnsortedSegmentSum", () => ({ x, segmentIds }, { numSegments }) => {
    const e = engine(), shape = [numSegments as number, ...x.shape.slice(segmentIds.shape.length)];
    const out = e.backend.makeOutput(shape, x.dtype), row = count(shape.slice(1));
    const View = x.dtype === "float32" ? Float32Array : Int32Array, buffer = e.memory.buffer as ArrayBuffer;
    const values = new View(buffer, e.address(x), count(x.shape));
    const ids = new Int32Array(buffer, e.address(segmentIds), count(segmentIds.shape));
    const sums = new View(buffer, e.address(out), count(shape)).fill(0);
    ids.forEach((id, i) => {
      if (id < 0) return; // as TensorFlow has it: belongs to no segment
      for (let j = 0; j < row; j++) sums[id * row + j]! += values[i * row + j]!;
    });
    return out;
  });
}
