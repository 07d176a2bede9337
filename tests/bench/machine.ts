/**
 * What a measurement was made on and with.
 *
 * @module
 */
import os from "node:os";
import process from "node:process";
import config from "../../deno.json" with { type: "json" };
import * as tf from "../../src/tensor/tf.ts";

/** Versions of what was measured. */
export interface Versions {
  readonly maskfold: string;
  readonly deno: string;
  readonly v8: string;
  readonly tfjs: string;
}

/** Versions of what runs here. */
export function versions(): Versions {
  const { deno, v8 } = Deno.version;
  return { maskfold: config.version, deno, v8, tfjs: tf.version["tfjs"] ?? "unknown" };
}

/** The processor's name and the cores that can be used. */
export function processor(): string {
  const [first] = os.cpus();
  return `${first?.model.trim() ?? "unnamed processor"}, ${navigator.hardwareConcurrency} cores`;
}

/** The most memory that the process has had, in MiB. */
export function peakMemoryMiB(): number {
  const peak = /VmHWM:\s+(\d+) kB/.exec(readIfThere("/proc/self/status"))?.[1];
  return Math.round(Number(peak ?? process.resourceUsage().maxRSS) / 1024);
}

/** Whether V8 checks the bounds of wasm memory, as far as the command line tells. */
export function boundsChecks(): boolean {
  const flags = `${readIfThere("/proc/self/cmdline")} ${process.env["DENO_V8_FLAGS"] ?? ""}`;
  return !/--no-wasm-bounds-checks|--wasm-bounds-checks=false/.test(flags);
}

/** Milliseconds of processor time so far, of all threads. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function readIfThere(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return ""; // not Linux
  }
}
