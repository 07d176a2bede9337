/**
 * Convolutions in groups as WGSL: the programs along rows of pixels, and the filter's gradient.
 *
 * @module
 */
import { declare, THREADS, type Width } from "./wgsl.ts";

/** Pixels of a thread. */
export const PIXELS = 4;

const COMMON = ["filterHeight", "filterWidth", "strideY", "strideX", "top", "left", "inputs"] as const;

/** Uniforms along rows. Values are channels, or fours of them; `inputs` are a group's channels of the image. */
export const PIXEL_FIELDS = [
  ...COMMON,
  ...["items", "strips", "sourceHeight", "sourceWidth", "sourceValues", "sourceGroup"] as const,
  ...["targetHeight", "targetWidth", "targetValues", "targetGroup"] as const,
] as const;

/** Uniforms of the filter's gradient. */
export const FILTER_FIELDS = [
  ...COMMON,
  ...["items", "units", "chunk", "pixels", "height", "width", "gridHeight", "gridWidth"] as const,
  ...["inputValues", "outputValues", "inputGroup", "outputGroup"] as const,
] as const;

const fields = (names: readonly string[]) => names.map((name) => `${name}: u32`).join(", ");
const each = (count: number, write: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => write(i)).join("\n");

/**
 * The convolution, or backward the gradient by the image. Backward, a thread's pixels are a stride apart, so that the same
 * taps reach them all.
 */
export function pixelsCode(width: Width, backward: boolean): string {
  const [base, apart] = backward
    ? [`strip / i32(u.strideX) * ${PIXELS} * i32(u.strideX) + strip % i32(u.strideX)`, "i32(u.strideX)"]
    : [`strip * ${PIXELS}`, "1"];
  const [firstY, stepY, sourceY] = backward
    ? ["u32(row + i32(u.top)) % u.strideY", "u.strideY", "(row + i32(u.top) - i32(ky)) / i32(u.strideY)"]
    : ["0u", "1u", "row * i32(u.strideY) + i32(ky) - i32(u.top)"];
  const [firstX, stepX, sourceX, between] = backward
    ? ["u32(base + i32(u.left)) % u.strideX", "u.strideX", "(base + i32(u.left) - i32(kx)) / i32(u.strideX)", "1"]
    : ["0u", "1u", "base * i32(u.strideX) + i32(kx) - i32(u.left)", "i32(u.strideX)"];
  // The filter is [taps, inputs of a group, all outputs]; four neighbouring outputs are a value, inputs lie apart.
  const weight = (l: number) =>
    backward
      ? `taps[((ky * u.filterWidth + kx) * u.inputs + c % u.targetGroup * ${width} + ${l}) * u.sourceValues + origin + i]`
      : `taps[((ky * u.filterWidth + kx) * u.inputs + i * ${width} + ${l}) * u.targetValues + c]`;
  const product = (v: string) => {
    if (width === 1) return `${v} * w0`;
    const lanes = ["x", "y", "z", "w"].map((lane, l) => backward ? `dot(${v}, w${l})` : `${v}.${lane} * w${l}`);
    return backward ? `vec4<f32>(${lanes.join(", ")})` : lanes.join(" + ");
  };
  return declare(width, fields(PIXEL_FIELDS), ["values", "taps", "results!"]) + `@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>) {
  for (var k = g.x; k < u.items; k += n.x * ${THREADS}) {
    let c = k % u.targetValues;
    let strip = i32(k / u.targetValues % u.strips);
    let line = k / u.targetValues / u.strips;
    let row = i32(line % u.targetHeight);
    let image = line / u.targetHeight;
    let origin = c / u.targetGroup * u.sourceGroup;
    let base = ${base};
    ${each(PIXELS, (p) => `var sum${p} = V();`)}
    for (var ky = ${firstY}; ky < u.filterHeight; ky += ${stepY}) {
      let y = ${sourceY};
      if (y < 0 || y >= i32(u.sourceHeight)) { continue; }
      let start = (image * u.sourceHeight + u32(y)) * u.sourceWidth;
      for (var kx = ${firstX}; kx < u.filterWidth; kx += ${stepX}) {
        let x = ${sourceX};
        ${
    each(PIXELS, (p) =>
      `let x${p} = x + ${p} * ${between};
        let inside${p} = x${p} >= 0 && x${p} < i32(u.sourceWidth);
        let at${p} = select(0u, (start + u32(x${p})) * u.sourceValues + origin, inside${p});`)
  }
        for (var i = 0u; i < u.sourceGroup; i++) {
          ${each(width, (l) => `let w${l} = ${weight(l)};`)}
          ${
    each(PIXELS, (p) => `let v${p} = select(V(), values[at${p} + i], inside${p}); sum${p} += ${product(`v${p}`)};`)
  }
        }
      }
    }
    let target0 = (image * u.targetHeight + u32(row)) * u.targetWidth;
    ${
    each(PIXELS, (p) =>
      `{ let column = u32(base + ${p} * ${apart});
      if (column < u.targetWidth) { results[(target0 + column) * u.targetValues + c] = sum${p}; } }`)
  }
  }
}
`;
}

/** The filter's gradient: each part of the pixels has a result of its own. */
export function filterCode(width: Width): string {
  const lane = (l: number) => width === 1 ? "v" : `v.${"xyzw"[l]}`;
  return declare(width, fields(FILTER_FIELDS), ["x", "dy", "results!"]) + `@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>) {
  for (var k = g.x; k < u.items; k += n.x * ${THREADS}) {
    let unit = k % u.units;
    let part = k / u.units;
    let input = unit / u.outputGroup % u.inputValues;
    let output = input / u.inputGroup * u.outputGroup + unit % u.outputGroup;
    let tap = unit / u.outputGroup / u.inputValues;
    let shiftY = i32(tap / u.filterWidth) - i32(u.top);
    let shiftX = i32(tap % u.filterWidth) - i32(u.left);
    var pixel = part * u.chunk;
    let end = min(pixel + u.chunk, u.pixels);
    var column = pixel % u.gridWidth;
    var row = pixel / u.gridWidth % u.gridHeight;
    var image = pixel / u.gridWidth / u.gridHeight;
    ${each(width, (l) => `var sum${l} = V();`)}
    for (; pixel < end; pixel++) {
      let iy = i32(row * u.strideY) + shiftY;
      let ix = i32(column * u.strideX) + shiftX;
      let inside = iy >= 0 && iy < i32(u.height) && ix >= 0 && ix < i32(u.width);
      let at = select(0u, ((image * u.height + u32(iy)) * u.width + u32(ix)) * u.inputValues + input, inside);
      let v = select(V(), x[at], inside);
      let d = dy[pixel * u.outputValues + output];
      ${each(width, (l) => `sum${l} += ${lane(l)} * d;`)}
      column++;
      if (column == u.gridWidth) {
        column = 0u;
        row++;
        if (row == u.gridHeight) { row = 0u; image++; }
      }
    }
    let o = ((part * u.filterHeight * u.filterWidth + tap) * u.inputs + input % u.inputGroup * ${width}) * u.outputValues + output;
    ${each(width, (l) => `results[o + ${l} * u.outputValues] = sum${l};`)}
  }
}
`;
}
