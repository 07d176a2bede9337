/**
 * Uniforms and bind groups that are made once and found again: the same steps bind the same buffers, and a bind group costs
 * more than a dispatch. The stock programs take part.
 *
 * @module
 */
import type { Buffers } from "./buffers.ts";
import type { Counters } from "./counters.ts";
import type { StockBackend, StockUniform } from "./stock.ts";

/** Uniform buffers that are kept. */
const MOST_UNIFORMS = 8192;
/** Bind groups that are kept. */
const MOST_GROUPS = 32768;

/** Uniforms and bind groups by what is in them. */
export interface Bindings {
  /**
   * A buffer with these words, which is never written again.
   *
   * @param words 4 bytes each.
   */
  uniform(words: Uint32Array): GPUBuffer;
  /** The bind group 0 of a pipeline with buffers at 0, 1, 2, ... */
  group(pipeline: GPUComputePipeline, buffers: readonly GPUBuffer[]): GPUBindGroup;
}

/** What a group was made of. */
interface Kept {
  readonly group: GPUBindGroup;
  readonly buffers: readonly GPUBuffer[];
}

/**
 * Gives a backend's stock programs the caches, too.
 *
 * @param buffers Told to destroy uniforms that are no longer kept; may tell `forget` of what it destroys.
 */
export function keepBindings(
  backend: StockBackend,
  counters: Counters,
  buffers: () => Buffers,
): Bindings & { forget(buffer: GPUBuffer): void } {
  const { device } = backend;
  const layouts = new WeakMap<object, number>(), groups = new Map<string, Kept>();
  const byBuffer = new Map<GPUBuffer, Set<string>>(), uniforms = new Map<string, GPUBuffer>();
  let layoutsSeen = 0;

  const forget = (buffer: GPUBuffer) => {
    for (const key of byBuffer.get(buffer) ?? []) {
      const kept = groups.get(key)!;
      groups.delete(key);
      for (const other of kept.buffers) if (other !== buffer) byBuffer.get(other)?.delete(key);
    }
    byBuffer.delete(buffer);
  };

  const create = device.createBindGroup.bind(device);
  const groupOf = (layout: GPUBindGroupLayout, bound: readonly GPUBuffer[]): GPUBindGroup => {
    let number = layouts.get(layout);
    if (number === undefined) layouts.set(layout, number = ++layoutsSeen);
    let key = `${number}`;
    for (const buffer of bound) key += `,${buffers().numberOf(buffer)}`;
    const known = groups.get(key);
    if (known) {
      counters.bindGroupHits++;
      return known.group;
    }
    counters.bindGroupMisses++;
    if (groups.size >= MOST_GROUPS) groups.clear(), byBuffer.clear();
    const group = create({ layout, entries: bound.map((buffer, binding) => ({ binding, resource: { buffer } })) });
    groups.set(key, { group, buffers: bound });
    for (const buffer of bound) {
      const keys = byBuffer.get(buffer);
      if (keys) keys.add(key);
      else byBuffer.set(buffer, new Set([key]));
    }
    return group;
  };
  device.createBindGroup = (descriptor) => {
    const bound = [...descriptor.entries].map(({ resource }) => wholeBuffer(resource));
    return bound.every((buffer) => buffer !== undefined) ? groupOf(descriptor.layout, bound) : create(descriptor);
  };

  // A pipeline makes a new layout each time that it is asked, which no cache could know again.
  const keepLayout = (pipeline: GPUComputePipeline) => {
    const layout = pipeline.getBindGroupLayout(0);
    pipeline.getBindGroupLayout = () => layout;
    counters.pipelines++;
    return pipeline;
  };
  const [compile, compileLater] = [device.createComputePipeline, device.createComputePipelineAsync];
  device.createComputePipeline = (descriptor) => keepLayout(compile.call(device, descriptor));
  device.createComputePipelineAsync = (descriptor) => compileLater.call(device, descriptor).then(keepLayout);

  const uniform = (words: Uint32Array): GPUBuffer => {
    const key = words.join();
    let buffer = uniforms.get(key);
    uniforms.delete(key); // the last used stand last
    if (!buffer) {
      buffer = device.createBuffer({ size: words.byteLength, usage: GPUBufferUsage.UNIFORM, mappedAtCreation: true });
      new Uint32Array(buffer.getMappedRange()).set(words);
      buffer.unmap();
    }
    uniforms.set(key, buffer);
    if (uniforms.size > MOST_UNIFORMS) {
      const [oldKey, old] = uniforms.entries().next().value!;
      uniforms.delete(oldKey);
      buffers().destroy(old);
    }
    return buffer;
  };
  backend.makeUniforms = (stock) => {
    const words = layOut(stock);
    return { offset: 0, size: words.byteLength, buffer: uniform(words) };
  };

  return { uniform, group: (pipeline, bound) => groupOf(pipeline.getBindGroupLayout(0), bound), forget };
}

/** A binding's buffer, if the binding is all of one. */
function wholeBuffer(resource: GPUBindingResource): GPUBuffer | undefined {
  const { buffer, offset, size } = resource as GPUBufferBinding;
  return buffer instanceof GPUBuffer && !offset && (size === undefined || size === buffer.size) ? buffer : undefined;
}

/**
 * Stock uniforms as WGSL lays out a struct of scalars and vectors (https://www.w3.org/TR/WGSL/#alignof). TensorFlow.js
 * writes five and six numbers as a struct of a vec4 and the rest, so that what follows begins at a multiple of 16.
 */
function layOut(stock: readonly StockUniform[]): Uint32Array {
  let end = 0, previous = 0, largest = 4;
  const offsets = stock.map((uniform) => {
    if (uniform.data.length === 0) uniform.data = [1];
    const { length } = uniform.data;
    const alignment = previous > 4 || length > 2 ? 16 : 4 * length;
    largest = Math.max(largest, alignment);
    const offset = Math.ceil(end / alignment) * alignment;
    end = offset + 4 * length;
    previous = length;
    return offset;
  });
  const bytes = new ArrayBuffer(Math.ceil(end / largest) * largest);
  stock.forEach(({ type, data }, i) => {
    const view = type === "int32" ? Int32Array : type === "uint32" ? Uint32Array : Float32Array;
    new view(bytes, offsets[i], data.length).set(data);
  });
  return new Uint32Array(bytes);
}
