/**
 * The table of a comparison, as Markdown.
 *
 * @module
 */
import type { Result } from "./sides.ts";

/** What a share is taken of. */
export interface Bandwidth {
  /** GB a second that the device reads and writes by copying; undefined if it was not measured. */
  readonly gbPerSecond?: number;
}

/**
 * Lays out results. The first side of each case is ours; the ratios are its time to the others', so that less than 1 means
 * that ours is faster.
 *
 * @param results Case by case, the sides in the same order in each.
 */
export function markdownTable(results: readonly Result[], { gbPerSecond }: Bandwidth = {}): string {
  const onGpu = results.some(({ printed }) => printed?.gpuMemoryMiB !== undefined);
  const head = ["case", "program", "ms an image, min", "median", "images/s", "ours : it, min", "median", "MiB"];
  if (onGpu) head.push("MiB of the GPU", "share of copying", "dispatches");
  const rows = results.map((result) => {
    const ours = results.find(({ case: { ...it } }) => JSON.stringify(it) === JSON.stringify(result.case))!;
    return rowOf(result, ours, { onGpu, gbPerSecond });
  });
  const right = head.map((_, i) => i > 1 ? "---:" : "---");
  return [head, right, ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function rowOf(
  result: Result,
  ours: Result,
  { onGpu, gbPerSecond }: { readonly onGpu: boolean } & Bandwidth,
): string[] {
  const { case: { what, model, size, batch }, side, printed, failure } = result;
  const start = [`${what} ${model} ${size} b${batch}`, side];
  if (!printed) return [...start, `failed: ${failure!.replaceAll("|", "/")}`, ...Array(onGpu ? 8 : 5).fill("")];
  const ratio = (name: "minMsPerImage" | "medianMsPerImage") =>
    result === ours || !ours.printed ? "" : (ours.printed[name] / printed[name]).toFixed(2);
  const { minMsPerImage: least, trafficMiB, gpuMemoryMiB, dispatches } = printed;
  const row = [
    ...start,
    least.toFixed(2),
    printed.medianMsPerImage.toFixed(2),
    (1000 / least).toFixed(1),
    ratio("minMsPerImage"),
    ratio("medianMsPerImage"),
    `${printed.peakMemoryMiB}`,
  ];
  if (!onGpu) return row;
  const share = gbPerSecond === undefined || trafficMiB === undefined
    ? ""
    : `${(100 * trafficMiB * 2 ** 20 / (least * batch * 1e6) / gbPerSecond).toFixed(1)} %`;
  return [...row, `${gpuMemoryMiB ?? ""}`, share, `${dispatches ?? ""}`];
}
