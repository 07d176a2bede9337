/**
 * Progress that suits where it is read: a line rewritten in a terminal, a line now and then in a log, a bar in a notebook.
 * It is for whoever calls maskfold; nothing in the package itself prints.
 *
 * @module
 */

/** A running progress display. */
export interface Progress {
  /**
   * Shows how far the work is.
   *
   * @param done How much is done.
   * @param total How much there is in all.
   * @param note A few words shown behind the numbers.
   */
  update(done: number, total: number, note?: string): void;
  /**
   * Writes a line that stays, above the display.
   *
   * @param text The line.
   */
  line(text: string): void;
  /**
   * Ends the display.
   *
   * @param note A last word, shown in place of the numbers.
   */
  end(note?: string): void;
}

/** Where and how often progress is written; the defaults find out by themselves. */
export interface ProgressOptions {
  /** Where it is shown. */
  readonly target?: "terminal" | "log" | "notebook";
  /** Takes text for a terminal or log; the default writes to standard error. */
  readonly write?: (text: string) => void;
  /** Seconds between two lines in a log. */
  readonly every?: number;
  /** The time in milliseconds; for tests. */
  readonly now?: () => number;
}

/**
 * Starts a progress display.
 *
 * @example
 * ```ts
 * import { progress } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * const bar = progress("packing", { target: "log", write: (text) => lines.push(text) });
 * bar.update(5, 10);
 * bar.end("10 images");
 * assertEquals(lines, ["packing: 5/10\n", "packing: 10 images\n"]);
 * ```
 *
 * @param label What is going on.
 */
export function progress(label: string, options: ProgressOptions = {}): Progress {
  const target = options.target ?? detectTarget();
  if (target === "notebook") return inNotebook(label);
  const { write = writeError, every = 15, now = () => performance.now() } = options;
  let first: { readonly done: number; readonly time: number } | undefined; // what was done before says nothing of the pace
  let last = -Infinity;
  let open = false;
  return {
    update(done, total, note = "") {
      const time = now();
      if (first === undefined || done < first.done) first = { done, time }; // less is done where work begins anew
      const due = target === "terminal" ? time - last >= 80 || done >= total : time - last >= every * 1000;
      if (!due) return;
      last = time;
      const text = line(label, done, total, note, { done: done - first.done, seconds: (time - first.time) / 1000 });
      if (target === "log") return write(`${text}\n`);
      open = true;
      write(`\r\x1b[2K${cut(text)}`);
    },
    line(text) {
      write(open ? `\r\x1b[2K${text}\n` : `${text}\n`);
      open = false;
      last = -Infinity;
    },
    end(note) {
      if (open) write("\r\x1b[2K");
      open = false;
      if (note !== undefined) write(`${label}: ${note}\n`);
    },
  };
}

function detectTarget(): "terminal" | "log" | "notebook" {
  try {
    if (typeof Deno.jupyter.display === "function") return "notebook";
  } catch {
    // Outside the kernel, Deno.jupyter throws on access.
  }
  return Deno.stderr.isTerminal() ? "terminal" : "log";
}

function writeError(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}

/** Work and its time, of which the time left is told. */
interface Pace {
  readonly done: number;
  readonly seconds: number;
}

function line(label: string, done: number, total: number, note: string, pace: Pace): string {
  const tells = pace.done > 0 && pace.seconds > 3 && done < total;
  const left = tells ? `, ${clock(pace.seconds / pace.done * (total - done))} left` : "";
  return `${label}: ${done}/${total}${left}${note && `  ${note}`}`;
}

/** Seconds as `m:ss`. */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Cuts a line to the terminal's width, which is not known when piped. */
function cut(text: string): string {
  try {
    return text.slice(0, Deno.consoleSize().columns - 1);
  } catch {
    return text;
  }
}

function inNotebook(label: string): Progress {
  const id = `maskfold-${label}-${performance.now()}`;
  const lines: string[] = [];
  let shown = false;
  let last = -Infinity;
  const display = (bar: string, text: string) => {
    const kept = lines.length > 0 ? `<pre>${escape(lines.join("\n"))}</pre>` : "";
    const update = shown;
    shown = true;
    // Not awaited: the kernel sends displays in order, and a lost one is replaced by the next.
    void Deno.jupyter.display({ "text/html": kept + bar, "text/plain": [...lines, text].join("\n") }, {
      raw: true,
      display_id: id,
      update,
    });
  };
  let bar = "", text = "";
  return {
    update(done, total, note = "") {
      text = line(label, done, total, note, { done: 0, seconds: 0 });
      bar = `<progress max="${total}" value="${done}"></progress> ${escape(text)}`;
      if (performance.now() - last < 200 && done < total) return;
      last = performance.now();
      display(bar, text);
    },
    line(kept) {
      lines.push(kept);
      display(bar, text);
    },
    end(note) {
      if (note === undefined && !shown) return;
      display(escape(`${label}: ${note ?? "done"}`), `${label}: ${note ?? "done"}`);
    },
  };
}

function escape(text: string): string {
  return text.replace(/[&<>]/g, (mark) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[mark]!);
}
