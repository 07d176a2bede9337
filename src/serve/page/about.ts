/**
 * What a page tells about its network.
 *
 * @module
 */
import type { PageModel } from "../page_model.ts";

/**
 * Facts by name.
 *
 * @param model What model.json says.
 * @param milliseconds How long loading took.
 */
export function aboutRows(model: PageModel, milliseconds: number): (readonly [name: string, text: string])[] {
  const { members, input, image, views, dtype, difference, macroF1, schema } = model;
  const megabytes = members.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6, several = members.length > 1;
  const precision = dtype === "F32"
    ? "32-bit numbers"
    : `16-bit numbers, which change a probability by ${difference!.most.toFixed(5)} at most (tried on ${
      difference!.pictures
    } pictures)`;
  return [
    ["Network", `${model.model.name}${several ? `, ${members.length} of them, whose probabilities are averaged` : ""}`],
    ["Weights", `${megabytes.toFixed(1)} MB, ${precision}`],
    ["Sees", `${input.size.join(" x ")} pixels (height x width), ${image.interpolation}`],
    ["Views", views.map(({ name }) => name).join(", ")],
    ...model.calibration ? [["Calibrated by", model.calibration.method] as const] : [],
    ["Attributes", schema.attributes.map(({ name, levels }) => `${name} (${levels.join(", ")})`).join(", ")],
    ...macroF1 === null ? [] : [["Macro F1", `${macroF1.toFixed(3)} in validation`] as const],
    ["SHA-256", members.map(({ sha256 }) => sha256).join(" ")],
    ["Loaded in", `${Math.round(milliseconds)} ms`],
  ];
}
