/**
 * The code of a model card: how the files that lie beside it are used.
 *
 * @module
 */
import type { CardFacts } from "./card_facts.ts";
import type { OnnxInput } from "./onnx.ts";

/**
 * A program that classifies a photograph with maskfold and `model.safetensors`.
 *
 * @param folder Where the file is, from the card's folder: empty, or `fold-0/`.
 */
export function maskfoldCode({ config, schema, input }: CardFacts, folder: string): string {
  const { resize, crop, interpolation, model: { name, weights: _, ...options } } = config;
  const levels = schema.attributes.map((attribute) => attribute.levels.length);
  const spec = { name, weights: `${folder}model.safetensors`, ...options };
  return `import * as mf from "maskfold";

${classesOf(schema.classes)}
await mf.initBackend({ need: "predict" });
const model = await mf.createModel(
  ${literal(spec)},
  { classes, levels: ${literal(levels)}, size: ${literal(input.size)}, seed: 0 },
);
const photo = await mf.decodeImage("photo.jpg", ${literal({ resize, crop, interpolation })});
const { logits } = model.forward(mf.inputTensor(photo.data, 1, model.input), { training: false });
const shares = [...await logits.softmax().data()], most = Math.max(...shares);
console.log(classes[shares.indexOf(most)], most);`;
}

/** A program that does so with onnxruntime-node and `model.onnx`; with sharp, or with maskfold where sharp alone cannot cut. */
export function onnxCode(facts: CardFacts, folder: string, takes: OnnxInput): string {
  const { schema, input } = facts, read = sharpCode(facts) ?? decodeCode(facts);
  return `import { InferenceSession, Tensor } from "onnxruntime-node";
${read.imported}

${classesOf(schema.classes)}
const session = await InferenceSession.create(${literal(`${folder}model.onnx`)});
${read.lines}
${takes === "bytes" ? bytesCode(input.size) : planesCode(input, takes)}
const { probabilities } = await session.run({ input });
const shares = [...probabilities.data], most = Math.max(...shares);
console.log(classes[shares.indexOf(most)], most);`;
}

interface Reading {
  readonly imported: string;
  readonly lines: string;
}

/** Reads a photograph with sharp; undefined where the network sees more than the part that is sure to be in it. */
function sharpCode(
  { config: { resize, interpolation }, input: { size: [height, width] } }: CardFacts,
): Reading | undefined {
  const [H, W] = typeof resize === "number" ? [resize, resize] : resize;
  if (height > H || width > W) return undefined;
  const fit = typeof resize === "number" ? "cover" : "fill", kernel = interpolation === "bicubic" ? "cubic" : "linear";
  const middle = { left: cornerOf(W, width), top: cornerOf(H, height), width, height };
  return {
    imported: `import sharp from "sharp";`,
    lines: `const resized = sharp("photo.jpg").resize(${W}, ${H}, ${literal({ fit, kernel, fastShrinkOnLoad: false })});
const cut = resized.extract(${literal(middle)});
const pixels = new Uint8Array(await cut.toColourspace("srgb").removeAlpha().raw().toBuffer());`,
  };
}

/** Where a crop begins, half a pixel being rounded to the even one, as in training. */
function cornerOf(length: number, crop: number): number {
  const corner = (length - crop) / 2;
  return Number.isInteger(corner) ? corner : 2 * Math.round(corner / 2);
}

function decodeCode({ config: { resize, crop, interpolation } }: CardFacts): Reading {
  return {
    imported: `import { decodeImage } from "maskfold";`,
    lines: `const { data: pixels } = await decodeImage("photo.jpg", ${literal({ resize, crop, interpolation })});`,
  };
}

function bytesCode([height, width]: CardFacts["input"]["size"]): string {
  return `const input = new Tensor("uint8", pixels, [1, ${height}, ${width}, 3]);`;
}

function planesCode({ size: [height, width], mean, std }: CardFacts["input"], takes: OnnxInput): string {
  const isNormalised = takes === "normalised", pixel = "pixels[3 * i + c]";
  return [
    ...(isNormalised ? [`const mean = ${literal(mean)}, std = ${literal(std)};`] : []),
    `const area = ${height * width}, planes = new Float32Array(3 * area);`,
    "for (let c = 0; c < 3; c++) {",
    `  for (let i = 0; i < area; i++) planes[c * area + i] = ${
      isNormalised ? `(${pixel} / 255 - mean[c]) / std[c]` : pixel
    };`,
    "}",
    `const input = new Tensor("float32", planes, [1, 3, ${height}, ${width}]);`,
  ].join("\n");
}

/** The classes' names as code, some on each line. */
function classesOf(classes: readonly string[]): string {
  const lines = [""];
  for (const name of classes) {
    const text = `${JSON.stringify(name)},`;
    if (lines.at(-1)!.length + text.length > 100) lines.push("");
    lines.push(`${lines.pop()} ${text}`.trim());
  }
  return `const classes = [\n${lines.map((line) => `  ${line}`).join("\n")}\n];`;
}

/** A value as code, with names in quotes only where they must be. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, inner]) =>
    `${/^[a-zA-Z]\w*$/.test(name) ? name : JSON.stringify(name)}: ${literal(inner)}`
  );
  return `{ ${fields.join(", ")} }`;
}
