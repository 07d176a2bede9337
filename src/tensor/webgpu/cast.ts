/**
 * `Cast` from whole numbers to floats that converts them. The stock kernel lets the float tensor share the whole numbers'
 * buffer and remembers, for stock programs alone, what is in it.
 *
 * @module
 */
import { count, replaceKernel } from "../registry.ts";
import { gpu } from "./device.ts";
import { bufferOf, dispatch, output } from "./dispatch.ts";
import { THREADS, WORKGROUPS } from "./wgsl.ts";

const CODE = `struct U { items: u32 }
@group(0) @binding(0) var<uniform> u: U;
@group(0) @binding(1) var<storage, read> x: array<i32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>) {
  for (var k = g.x; k < u.items; k += n.x * ${THREADS}) { out[k] = f32(x[k]); }
}
`;

/** Registers the kernel; all other casts stay the stock one's. */
export function registerCast(): void {
  replaceKernel<"x">("webgpu", "Cast", (stock) => ({ x }, attrs) => {
    const { backend } = gpu(), { dtype } = attrs as { dtype: string };
    if (dtype !== "float32" || (x.dtype !== "int32" && x.dtype !== "bool")) return stock({ x }, attrs);
    const data = backend.tensorMap.get(x.dataId), out = output(x.shape), items = count(x.shape);
    if (!data.resource && data.values) { // they are on the CPU, where small operations may go on with them
      backend.tensorMap.get(out.dataId).values = Float32Array.from(data.values as Int32Array);
      return out;
    }
    const grid = [Math.min(Math.ceil(items / THREADS), 4 * WORKGROUPS)] as const;
    dispatch({ key: "cast to float", code: CODE }, {
      uniforms: { integers: [items] },
      buffers: [bufferOf(x), bufferOf(out)],
      grid,
    });
    return out;
  });
}
