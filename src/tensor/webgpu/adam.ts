/**
 * Adam for all parameters, as many in one program as the device can bind.
 *
 * @module
 */
import type { AdamNumbers, AdamUpdate } from "../own.ts";
import { gpu } from "./device.ts";
import { bufferOf, dispatch, ownBuffer, release, temporary, write } from "./dispatch.ts";
import { THREADS } from "./wgsl.ts";

/** Elements of a parameter that a workgroup takes. */
const SHARE = 2048;
/** Parameters in a program at most; each has a branch of its own. */
const MOST = 48;
/** Fields of the numbers that are the same for all, in their order. */
const NUMBERS = ["lr", "rate", "beta1", "keep1", "beta2", "keep2", "correction", "epsilon"];

/** A step of Adam on variables and their slots, in place. */
export function runAdam(updates: readonly AdamUpdate[], { lr, beta1, beta2, epsilon, step }: AdamNumbers): void {
  const { device: { limits } } = gpu(), numbers = temporary(NUMBERS.length);
  const [rate, correction] = [lr / (1 - beta1 ** step), 1 / (1 - beta2 ** step)];
  write(numbers, new Float32Array([lr, rate, beta1, 1 - beta1, beta2, 1 - beta2, correction, epsilon]));
  const buffers = Math.min(limits.maxStorageBuffersPerShaderStage, limits.maxBindingsPerBindGroup - 1);
  const most = Math.min(MOST, Math.floor((buffers - 1) / 4));
  for (let i = 0; i < updates.length; i += most) stepTogether(updates.slice(i, i + most), numbers);
  release(numbers);
}

function stepTogether(updates: readonly AdamUpdate[], numbers: GPUBuffer): void {
  let end = 0;
  const integers = updates.flatMap(({ param }) => {
    const begin = end;
    end += Math.ceil(param.size / SHARE);
    return [begin, param.size];
  });
  dispatch({ key: `adam on ${updates.length}`, code: () => codeOf(updates.length) }, {
    uniforms: { integers, floats: updates.map(({ decay }) => decay) },
    buffers: [
      numbers,
      ...updates.flatMap(({ param, gradient, mean, square }) => [
        ownBuffer(param),
        bufferOf(gradient),
        ownBuffer(mean),
        ownBuffer(square),
      ]),
    ],
    grid: [end],
  });
}

/** The parameters stand in a row of workgroups; each finds its own by where that begins. */
function codeOf(length: number): string {
  const each = (code: (i: number) => string, glue = "") => Array.from({ length }, (_, i) => code(i)).join(glue);
  const names = ["param", "gradient", "mean", "square"];
  return `struct Numbers { ${NUMBERS.map((name) => `${name}: f32`).join(", ")} }
struct U { ${each((i) => `begin${i}: u32, size${i}: u32, `)} ${each((i) => `decay${i}: f32`, ", ")} }
@group(0) @binding(0) var<uniform> u: U;
@group(0) @binding(1) var<storage, read> numbers: Numbers;
${
    each((i) =>
      names.map((name, k) => {
        const access = name === "gradient" ? "read" : "read_write";
        return `@group(0) @binding(${2 + 4 * i + k}) var<storage, ${access}> ${name}${i}: array<f32>;\n`;
      }).join("")
    )
  }
struct Step { change: f32, mean: f32, square: f32 }
fn advance(gradient: f32, mean: f32, square: f32) -> Step {
  let m = mean * numbers.beta1 + gradient * numbers.keep1;
  let s = square * numbers.beta2 + gradient * gradient * numbers.keep2;
  return Step(numbers.rate * m / (sqrt(s * numbers.correction) + numbers.epsilon), m, s);
}
@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) i: u32, @builtin(workgroup_id) w: vec3<u32>) {
${
    each((i) => {
      const mine = i + 1 < length ? `w.x < u.begin${i + 1}` : "true";
      return `${i > 0 ? " else " : "  "}if (${mine}) {
    let begin = (w.x - u.begin${i}) * ${SHARE} + i;
    let kept = 1.0 - numbers.lr * u.decay${i};
    for (var k = begin; k < min(begin - i + ${SHARE}, u.size${i}); k += ${THREADS}) {
      let step = advance(gradient${i}[k], mean${i}[k], square${i}[k]);
      mean${i}[k] = step.mean;
      square${i}[k] = step.square;
      param${i}[k] = param${i}[k] * kept - step.change;
    }
  }`;
    })
  }
}
`;
}
