/**
 * What is compared: cases, and the programs that are timed on them in turn.
 *
 * @module
 */
import { firstSentence } from "../../src/tensor/loaders.ts";
import { median } from "./timing.ts";

/** What is timed. */
export interface Case {
  /** "train", "infer" or "load". */
  readonly what: string;
  /** The model's name. */
  readonly model: string;
  /** Side of the images in pixels. */
  readonly size: number;
  /** Images in a step. */
  readonly batch: number;
}

/** A program that can be timed. */
export interface Side {
  /** As it stands in the table. */
  readonly name: string;
  /** What is run, and its first arguments. */
  readonly command: readonly string[];
}

/** What a program printed, as far as the table needs it. */
export interface Printed {
  readonly minMsPerImage: number;
  readonly medianMsPerImage: number;
  readonly processorMsPerImage: number;
  readonly peakMemoryMiB: number;
  readonly gpuMemoryMiB?: number;
  readonly trafficMiB?: number;
  readonly dispatches?: number;
  readonly gbPerSecond?: number;
  readonly device: string;
  readonly kernels: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** What a side came to on a case. */
export interface Result {
  readonly case: Case;
  readonly side: string;
  /** The least times and the middle median of the rounds; the other fields are the last round's. Absent if a round failed. */
  readonly printed?: Printed;
  /** Why there is none. */
  readonly failure?: string;
}

/**
 * Reads cases: `train:efficientnet_b0:64:16,infer:efficientnet_b3:300:4`.
 *
 * @throws {SyntaxError} If one is not of that form.
 */
export function readCases(text: string): Case[] {
  return text.split(",").map((entry) => {
    const [, what, model, size, batch] = /^(train|infer|load):(\w+):(\d+):(\d+)$/.exec(entry) ?? [];
    if (what === undefined) {
      throw new SyntaxError(
        `Cannot read the cases as each must be train|infer|load:MODEL:SIZE:BATCH: current value is "${entry}"`,
      );
    }
    return { what, model: model!, size: Number(size), batch: Number(batch) };
  });
}

/**
 * Runs a program that prints a line of JSON last.
 *
 * @throws {Error} If it fails; the last that it said is the message.
 */
export async function runSide(
  [program, ...first]: readonly string[],
  rest: readonly string[],
  signal: AbortSignal,
): Promise<Printed> {
  const args = [...first, ...rest];
  const { success, stdout, stderr, code } = await new Deno.Command(program!, { args, signal, stdin: "null" }).output();
  signal.throwIfAborted();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim().split("\n").at(-1)!;
  if (!success) throw new Error(decode(stderr) || `it ended with code ${code}`);
  return JSON.parse(decode(stdout)) as Printed;
}

/**
 * Times all sides on a case in turn, round by round. A side that fails is not run again.
 *
 * @param length Rounds, and about how many seconds a side is timed in each.
 */
export async function compareSides(
  it: Case,
  sides: readonly Side[],
  { rounds, seconds, signal }: { readonly rounds: number; readonly seconds: number; readonly signal: AbortSignal },
): Promise<Result[]> {
  const values = { ...it, steps: 1_000_000, seconds };
  const options = Object.entries(values).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const printed = sides.map((): Printed[] => []), failures = new Map<Side, string>();
  for (let round = 0; round < rounds; round++) {
    for (const [i, side] of sides.entries()) {
      if (failures.has(side)) continue;
      try {
        printed[i]!.push(await runSide(side.command, options, signal));
      } catch (error) {
        signal.throwIfAborted();
        failures.set(side, firstSentence((error as Error).message));
      }
    }
  }
  return sides.map((side, i) => {
    const failure = failures.get(side);
    if (failure !== undefined) return { case: it, side: side.name, failure };
    const all = printed[i]!;
    return {
      case: it,
      side: side.name,
      printed: {
        ...all.at(-1)!,
        minMsPerImage: Math.min(...all.map(({ minMsPerImage }) => minMsPerImage)),
        processorMsPerImage: Math.min(...all.map(({ processorMsPerImage }) => processorMsPerImage)),
        medianMsPerImage: median(all.map(({ medianMsPerImage }) => medianMsPerImage)),
      },
    };
  });
}
