/**
 * The gradient of max pooling. The stock program gives a window's gradient to the last of its greatest values; ours to the
 * first, as on all other backends.
 *
 * @module
 */
import { count, replaceKernel } from "../registry.ts";
import * as tf from "../tf.ts";
import { bufferOf, dispatch, output } from "./dispatch.ts";
import { declare, THREADS, type Width, widthOf, WORKGROUPS } from "./wgsl.ts";

const FIELDS = [
  ...["items", "columns", "height", "width", "gridHeight", "gridWidth"],
  ...["windowHeight", "windowWidth", "strideY", "strideX", "top", "left"],
] as const;

/** Registers the kernel. */
export function registerMaxPool(): void {
  replaceKernel<"dy" | "input" | "output">("webgpu", "MaxPoolGrad", (stock) => ({ dy, input, output: y }, attrs) => {
    const { filterSize, strides, pad, dimRoundingMode } = attrs,
      shape = input.shape as [number, number, number, number];
    const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    if (input.dtype !== "float32" || count(shape) === 0) return stock({ dy, input, output: y }, attrs);
    const out = output(shape), width = widthOf(info.inChannels), items = count(shape) / width;
    const numbers: Record<typeof FIELDS[number], number> = {
      items,
      columns: info.inChannels / width,
      height: info.inHeight,
      width: info.inWidth,
      gridHeight: info.outHeight,
      gridWidth: info.outWidth,
      windowHeight: info.filterHeight,
      windowWidth: info.filterWidth,
      strideY: info.strideHeight,
      strideX: info.strideWidth,
      top: info.padInfo.top,
      left: info.padInfo.left,
    };
    dispatch({ key: `max pooling's gradient by ${width}`, code: () => codeOf(width) }, {
      uniforms: { integers: FIELDS.map((name) => numbers[name]) },
      buffers: [input, y, dy, out].map(bufferOf),
      grid: [Math.min(Math.ceil(items / THREADS), 4 * WORKGROUPS)],
    });
    return out;
  });
}

/** A thread sums, for its pixel, the gradients of the windows whose first greatest value it is. */
function codeOf(width: Width): string {
  return declare(width, FIELDS.map((name) => `${name}: u32`).join(", "), ["x", "y", "dy", "dx!"]) +
    `@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>) {
  for (var k = g.x; k < u.items; k += n.x * ${THREADS}) {
    let c = k % u.columns;
    let pixel = k / u.columns;
    let column = pixel % u.width;
    let row = pixel / u.width % u.height;
    let image = pixel / u.width / u.height;
    let value = x[k];
    let lastY = min(u.gridHeight - 1, (row + u.top) / u.strideY);
    let lastX = min(u.gridWidth - 1, (column + u.left) / u.strideX);
    var sum = V();
    for (var oy = (max(row + u.top + u.strideY, u.windowHeight) - u.windowHeight) / u.strideY; oy <= lastY; oy++) {
      for (var ox = (max(column + u.left + u.strideX, u.windowWidth) - u.windowWidth) / u.strideX; ox <= lastX; ox++) {
        let o = ((image * u.gridHeight + oy) * u.gridWidth + ox) * u.columns + c;
        let greatest = y[o];
        var first = value == greatest;
        let y0 = oy * u.strideY; // both counted from the padding's edge
        let x0 = ox * u.strideX;
        for (var wy = max(y0, u.top) - u.top; wy <= row; wy++) {
          let end = select(min(u.width, x0 + u.windowWidth - u.left), column, wy == row);
          for (var wx = max(x0, u.left) - u.left; wx < end; wx++) {
            first = first & (x[((image * u.height + wy) * u.width + wx) * u.columns + c] != greatest);
          }
        }
        sum += select(V(), dy[o], first);
      }
    }
    dx[k] = sum;
  }
}
`;
}
