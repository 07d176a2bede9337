/**
 * What the network says, as bars: the levels of each attribute, and all classes, the likeliest first.
 *
 * @module
 */
/// <reference lib="dom" />
import { levelProbabilities, type Schema } from "../../core/schema.ts";

/** Shows what the network says. */
export interface AnswerView {
  /** Shows probabilities by class, 0..1. */
  show(probabilities: Float32Array): void;
  /** Shows that nothing has been said. */
  clear(): void;
}

/** Below this probability an answer is called unsure. */
const UNSURE = 0.5;

/**
 * Fills the page's lists with a schema's names.
 *
 * @param schema Attributes and classes.
 * @param places The page's elements.
 */
export function makeAnswerView(
  { attributes, classes }: Schema,
  { verdict, groups, list, title }: {
    verdict: HTMLElement;
    groups: HTMLElement;
    list: HTMLElement;
    title: HTMLElement;
  },
): AnswerView {
  title.textContent = `All ${classes.length} classes`;
  const several = attributes.length > 1;
  const bars = (several ? attributes : []).map(({ name, levels }) => {
    const heading = element("h3", "", capital(name)), rows = levels.map((level) => makeBar(level));
    const bars = element("ul", "bars");
    bars.append(...rows.map(({ row }) => row));
    groups.append(heading, bars);
    return rows;
  });
  fitNames(groups, attributes.flatMap(({ levels }) => levels));
  const rows = classes.map((name) => makeBar(name));
  fitNames(list, classes);
  list.append(...rows.map(({ row }) => row));
  return {
    show(probabilities) {
      attributes.forEach((_, place) => {
        if (several) showAll(bars[place]!, levelProbabilities({ attributes, classes }, place, probabilities));
      });
      showAll(rows, probabilities);
      const order = [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!);
      list.replaceChildren(...order.map((c) => rows[c]!.row));
      const best = probabilities[order[0]!]!;
      const doubt = best < UNSURE ? ": it is unsure, look at the bars" : "";
      verdict.replaceChildren(element("b", "", classes[order[0]!]!), `${percent(best)} probable${doubt}`);
    },
    clear() {
      for (const row of [...bars.flat(), ...rows]) row.clear();
      list.replaceChildren(...rows.map(({ row }) => row));
      verdict.replaceChildren("Nothing yet.");
    },
  };
}

/** Gives names the room that the longest needs, so that bars begin below each other. */
function fitNames(list: HTMLElement, names: readonly string[]): void {
  list.style.setProperty("--letters", `${Math.max(...names.map(({ length }) => length))}`);
}

interface Bar {
  readonly row: HTMLElement;
  show(value: number, best: boolean): void;
  clear(): void;
}

function makeBar(name: string): Bar {
  const row = element("li", ""), track = element("span", "track"), bar = element("span", "bar");
  const number = element("span", "percent", "–");
  track.append(bar);
  row.append(element("span", "name", name), track, number);
  const set = (value: number, text: string, best: boolean) => {
    bar.style.width = `${100 * value}%`;
    row.dataset.value = `${value}`; // unrounded, for programs
    number.textContent = text;
    row.classList.toggle("best", best);
  };
  return { row, show: (value, best) => set(value, percent(value), best), clear: () => set(0, "–", false) };
}

function showAll(bars: readonly Bar[], values: ArrayLike<number>): void {
  const most = Math.max(...Array.from(values));
  bars.forEach((bar, i) => bar.show(values[i]!, values[i] === most));
}

/** An element with a class and a text. */
export function element(name: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

/** A share as a percentage, with a decimal where it is near an end. */
function percent(share: number): string {
  const value = 100 * share, decimals = value >= 99.95 || (value >= 9.95 && value < 99) ? 0 : 1;
  return `${value.toFixed(decimals)} %`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
