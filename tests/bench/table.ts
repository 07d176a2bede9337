/**
 * The table of a comparison, as Markdown.
 *
 * @module
 */
import type { Result } from "./sides.ts";

/** What the table shows. */
export interface TableOptions {
  /** Whether there are columns for what is only known of a GPU. */
  readonly onGpu: boolean;
  /** GB a second that the device reads and writes by copying; undefined if it was not measured. */
  readonly gbPerSecond?: number;
}

/** The table's first two lines. */
export function tableHead({ onGpu }: TableOptions): string {
  const head = [
    "case",
    "program",
    "ms an image, min",
    "median",
    "images/s",
    "ours : it, min",
    "median",
    "processor ms",
    "MiB",
  ];
  if (onGpu) head.push("MiB of the GPU", "share of copying", "dispatches");
  return `${line(head)}\n${line(head.map((_, i) => i > 1 ? "---:" : "---"))}`;
}

/**
 * The lines of a case.
 *
 * @param results Of the sides, ours first; the ratios are its time to the others', so that less than 1 means that ours is
 * faster.
 */
export function tableRows(results: readonly Result[], options: TableOptions): string {
  return results.map((result) => line(rowOf(result, results[0]!, options))).join("\n");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function rowOf(result: Result, ours: Result, { onGpu, gbPerSecond }: TableOptions): string[] {
  const { case: { what, model, size, batch }, side, printed, failure } = result;
  const start = [`${what} ${model} ${size} b${batch}`, side];
  if (!printed) return [...start, `failed: ${failure!.replaceAll("|", "/")}`, ...Array(onGpu ? 9 : 6).fill("")];
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
    printed.processorMsPerImage.toFixed(2),
    `${printed.peakMemoryMiB}`,
  ];
  if (!onGpu) return row;
  const share = gbPerSecond === undefined || trafficMiB === undefined
    ? ""
    : `${(100 * trafficMiB * 2 ** 20 / (least * batch * 1e6) / gbPerSecond).toFixed(1)} %`;
  return [...row, `${gpuMemoryMiB ?? ""}`, share, `${dispatches ?? ""}`];
}
