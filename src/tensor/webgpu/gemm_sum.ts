/**
 * The second stage of divided sums: the parts' results are added up in a fixed order, so that the same sum has the same
 * bits each time.
 *
 * @module
 */
import { dispatch, foldedGrid } from "./dispatch.ts";

/** Neighbouring values, and shares of the parts, that a workgroup takes up. */
const VALUES = 32, SHARES = 8;

function sumCode(vector: boolean): string {
  const type = vector ? "vec4<f32>" : "f32";
  const add = (offset: number) => `sum${offset} += partials[(part + ${offset * SHARES}u) * u.size + i];`;
  return `
struct Uniforms { size: u32, parts: u32 };
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read> partials: array<${type}>;
@group(0) @binding(2) var<storage, read_write> sums: array<${type}>;
var<workgroup> shares: array<${type}, ${VALUES * SHARES}>;

@compute @workgroup_size(${VALUES * SHARES}) fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
) {
  let i = (workgroup.y * workgroups.x + workgroup.x) * ${VALUES}u + lane % ${VALUES}u;
  let inside = i < u.size;
  var part = lane / ${VALUES}u;
  var sum0 = ${type}(); var sum1 = ${type}(); var sum2 = ${type}(); var sum3 = ${type}();
  if (inside) {
    while (part + ${3 * SHARES}u < u.parts) { // four loads on their way at once
      ${[0, 1, 2, 3].map(add).join("\n      ")}
      part += ${4 * SHARES}u;
    }
    while (part < u.parts) {
      ${add(0)}
      part += ${SHARES}u;
    }
  }
  shares[lane] = (sum0 + sum1) + (sum2 + sum3);
  workgroupBarrier();
  if (lane < ${VALUES}u && inside) {
    var sum = shares[lane];
    ${Array.from({ length: SHARES - 1 }, (_, k) => `sum += shares[lane + ${(k + 1) * VALUES}u];`).join(" ")}
    sums[i] = sum;
  }
}`;
}

/**
 * Adds up results that lie one after another.
 *
 * @param partials `[parts, size]`.
 * @param options The buffer `[size]` that is written, and the numbers.
 */
export function sumParts(
  partials: GPUBuffer,
  { sums, size, parts }: { sums: GPUBuffer; size: number; parts: number },
): void {
  const vector = size % 4 === 0, values = vector ? size / 4 : size;
  dispatch(
    { key: `sumParts ${vector ? 4 : 1}`, code: () => sumCode(vector) },
    {
      uniforms: { integers: [values, parts] },
      buffers: [partials, sums],
      grid: foldedGrid(Math.ceil(values / VALUES)),
    },
  );
}
