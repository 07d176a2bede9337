/**
 * The board's page: asks for the runs again and again, draws their table, and the curves of those that are marked.
 *
 * @module
 */

/** Milliseconds between two looks: while something is trained, while nothing is, and after a failure. */
const BUSY = 2000, CALM = 8000, LOST = 5000;
/** Colours that board.css has, and runs that are marked at most. */
const COLORS = 8, MOST = 24;

const byId = (id) => document.getElementById(id);

/** An element with attributes and children; text is never read as markup. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function draw(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// What is known and what is chosen.

let runs = [], order = { key: "started", down: true }, isFirst = true, tag, timer;
const curves = new Map(), rows = new Map(), colors = new Map();
const marked = new Set(new URLSearchParams(location.hash.slice(1)).getAll("run"));

/** Each marked run keeps its colour as long as it is marked. */
function colorOf(name) {
  if (!colors.has(name)) {
    const used = [...colors.values()];
    const free = Array.from({ length: COLORS }, (_, c) => c).find((c) => !used.includes(c));
    colors.set(name, free ?? colors.size % COLORS);
  }
  return `var(--c${colors.get(name)})`;
}

function mark(name, isMarked) {
  if (isMarked && marked.size < MOST) marked.add(name);
  else {
    marked.delete(name);
    colors.delete(name);
  }
  const query = new URLSearchParams([...marked].map((run) => ["run", run]));
  history.replaceState(null, "", marked.size > 0 ? `#${query}` : location.pathname);
  showRuns();
  followCurves();
}

// Asking.

/** The runs, or nothing where they are the same as before. */
async function askRuns() {
  const response = await fetch("/api/runs", { headers: tag ? { "If-None-Match": tag } : {} });
  if (response.status === 304) return undefined;
  const value = await response.json();
  if (!response.ok) throw new Error(value.error);
  tag = response.headers.get("ETag");
  return value;
}

async function look() {
  clearTimeout(timer);
  let wait = LOST;
  try {
    const found = await askRuns();
    if (found) {
      runs = found;
      if (isFirst) markSome();
      isFirst = false;
      showRuns();
      await followCurves();
    }
    showStatus();
    wait = runs.some(({ state }) => state === "training") ? BUSY : CALM;
  } catch (error) {
    showStatus(error);
  }
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, wait);
}

/** What is marked when nothing was: all that is trained now, or the last one that was. */
function markSome() {
  if (marked.size > 0) return;
  const training = runs.filter(({ state }) => state === "training");
  const latest = runs.filter(({ epochs }) => epochs > 0).sort(comparing({ key: "started", down: true })).slice(0, 1);
  for (const { name } of training.length > 0 ? training.slice(0, COLORS) : latest) marked.add(name);
}

/** Asks for the curves of marked runs that have changed, and draws them. */
async function followCurves() {
  const wanted = runs.filter(({ name }) => marked.has(name));
  const changed = wanted.filter(({ name, version }) => curves.get(name)?.version !== version);
  if (changed.length > 0) {
    const query = new URLSearchParams(changed.map(({ name }) => ["run", name]));
    const response = await fetch(`/api/history?${query}`);
    if (response.ok) { for (const one of await response.json()) curves.set(one.name, one); }
  }
  for (const name of curves.keys()) if (!marked.has(name)) curves.delete(name);
  showCurves();
}

document.addEventListener("visibilitychange", () => document.hidden ? clearTimeout(timer) : look());

// The table.

const COLUMNS = [
  { key: "mark", title: "", kind: "mark" },
  { key: "name", title: "run", kind: "name" },
  { key: "state", title: "state", kind: "state" },
  { key: "model", title: "model", kind: "model wide" },
  { key: "epochs", title: "epoch", kind: "number" },
  { key: "score", title: "macro F1", kind: "number score" },
  { key: "accuracy", title: "accuracy", kind: "number wide" },
  { key: "seconds", title: "time", kind: "number" },
  { key: "started", title: "began", kind: "number wide" },
];

const VALUES = {
  score: ({ scores, best }) => scores?.macroF1.score ?? best,
  accuracy: ({ scores }) => scores?.accuracy.score ?? null,
};
const valueOf = (run, key) => (VALUES[key] ?? ((one) => one[key]))(run);

/** Runs without a value stand last either way; names are told apart by the numbers in them. */
function comparing({ key, down }) {
  return (a, b) => {
    const [x, y] = [valueOf(a, key), valueOf(b, key)];
    if (x === null || y === null) return (x === null) - (y === null);
    const by = typeof x === "string" ? x.localeCompare(y, "en", { numeric: true }) : x - y;
    return (down ? -by : by) || a.name.localeCompare(b.name, "en", { numeric: true });
  };
}

function duration(seconds) {
  const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  return hours === 0 ? `${minutes} min ${Math.floor(seconds % 60)} s` : `${hours} h ${minutes % 60} min`;
}

const interval = (ends) => ends ? ` [${ends.map((end) => end.toFixed(3)).join(", ")}]` : "";

/** What stands in a cell. */
const CELLS = {
  name: ({ name, folds, ofFolds, fault, kind }) => {
    const title = kind === null ? name : make("a", { href: `/report?run=${encodeURIComponent(name)}` }, name);
    const some = folds < ofFolds ? `${folds} of ${ofFolds}` : `${folds}`;
    const more = folds > 0 ? [make("span", { class: "faint" }, ` ${some} ${ofFolds === 1 ? "fold" : "folds"}`)] : [];
    return [title, ...more, ...fault ? [make("span", { class: "fault" }, fault)] : []];
  },
  state: ({ state }) => [state],
  model: ({ model }) => [model ?? ""],
  epochs: ({ epochs, ofEpochs }) => ofEpochs === null ? [] : [`${epochs} of ${ofEpochs}`],
  score: ({ scores, best }) => {
    if (!scores) return best === null ? [] : [best.toFixed(4), make("span", { class: "interval" }, " so far")];
    const { score, interval: ends } = scores.macroF1;
    return [score.toFixed(4), make("span", { class: "interval" }, interval(ends))];
  },
  accuracy: ({ scores }) => [scores ? scores.accuracy.score.toFixed(4) : ""],
  seconds: ({ seconds, epochs }) => epochs === 0 ? [] : [duration(seconds)],
  started: ({ started }) => [started ? new Date(started).toLocaleString("sv").slice(0, 16) : ""],
};

function showHeads() {
  byId("heads").replaceChildren(...COLUMNS.map(({ key, title, kind }) => {
    if (key === "mark") return make("th", { class: kind }, make("span", { "aria-hidden": "true" }, ""));
    const isOrder = order.key === key, arrow = isOrder ? (order.down ? " ↓" : " ↑") : "";
    const button = make("button", { type: "button" }, `${title}${arrow}`);
    button.addEventListener("click", () => {
      order = { key, down: isOrder ? !order.down : !["name", "state", "model"].includes(key) };
      showHeads();
      showRuns();
    });
    const sort = isOrder ? (order.down ? "descending" : "ascending") : null;
    return make("th", { class: kind, scope: "col", "aria-sort": sort }, button);
  }));
}

/** A run's row is made once, and its cells only when the run has changed, so that focus and selection stay. */
function rowOf(run) {
  const found = rows.get(run.name), text = JSON.stringify(run);
  const row = found ?? { element: make("tr"), box: make("input", { type: "checkbox" }), text: "" };
  rows.set(run.name, row);
  if (!found) {
    row.box.setAttribute("aria-label", `Show the curves of ${run.name}`);
    row.box.addEventListener("change", () => mark(run.name, row.box.checked));
  }
  row.box.checked = marked.has(run.name);
  row.box.style.setProperty("--color", marked.has(run.name) ? colorOf(run.name) : "var(--link)");
  if (row.text === text) return row.element;
  row.text = text;
  row.element.dataset.run = run.name;
  if (row.element.children.length === 0) row.element.append(make("td", { class: "mark" }, row.box));
  while (row.element.children.length > 1) row.element.lastChild.remove();
  for (const { key, title, kind } of COLUMNS.slice(1)) {
    const label = kind.startsWith("number") ? title : null;
    const classes = key === "state" ? `${kind} ${run.state}` : kind;
    row.element.append(make("td", { class: classes, "data-label": label }, ...CELLS[key](run)));
  }
  return row.element;
}

function showRuns() {
  const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = runs.filter(({ name, state, model }) => {
    const text = `${name} ${state} ${model ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  }).sort(comparing(order));
  const names = new Set(runs.map(({ name }) => name));
  for (const name of rows.keys()) if (!names.has(name)) rows.delete(name);
  const body = byId("rows"), elements = shown.map(rowOf);
  if (elements.length !== body.children.length || elements.some((element, i) => body.children[i] !== element)) {
    body.replaceChildren(...elements);
  }
  byId("none").hidden = runs.length > 0;
}

function showStatus(error) {
  const count = (state) => runs.filter((run) => run.state === state).length;
  const states = ["training", "finished", "stopped", "broken"].filter((state) => count(state) > 0);
  const text = states.map((state) => `${count(state)} ${state}`).join(", ") || "none yet";
  const status = byId("status");
  status.classList.toggle("lost", error !== undefined);
  const now = error ? `The board does not answer (${error.message}); it is asked again.` : text;
  if (status.textContent !== now) status.textContent = now;
  const training = count("training");
  document.title = training > 0 ? `(${training}) Runs` : "Runs";
}

byId("filter").addEventListener("input", showRuns);

// Curves.

const CHARTS = [
  { title: "macro F1", lines: [["validMacroF1", "valid"]], low: 0, high: 1 },
  { title: "loss", lines: [["trainLoss", "train"], ["validLoss", "valid"]], low: 0 },
  { title: "accuracy", lines: [["trainAccuracy", "train"], ["validAccuracy", "valid"]], low: 0, high: 1 },
  { title: "learning rate", lines: [["lr", "valid"]], low: 0 },
];
const WIDTH = 310, HEIGHT = 190, LEFT = 40, RIGHT = 8, TOP = 10, BOTTOM = 22;

/** Round numbers between two ends. */
function ticks(low, high, count) {
  const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * power).find((step) => step >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, k) => (first + k) * step);
}

const short = (value) => Number(value.toPrecision(3)).toString().replace("e-", "e−");

/** Pieces of a curve without what was not measured. */
function pathOf(xs, ys, place) {
  let path = "", isOn = false;
  xs.forEach((x, i) => {
    if (ys[i] === null) isOn = false;
    else {
      path += `${isOn ? "L" : "M"}${place.x(x).toFixed(1)} ${place.y(ys[i]).toFixed(1)}`;
      isOn = true;
    }
  });
  return path;
}

/** One chart; what is pointed at is said in the legend. */
function chartOf({ title, lines, low, high }, shown, saying) {
  const points = shown.flatMap(({ folds }) =>
    folds.flatMap((fold) => lines.flatMap(([key]) => fold[key].filter((y) => y !== null)))
  );
  const last = Math.max(2, ...shown.flatMap(({ folds }) => folds.flatMap(({ epoch }) => epoch)));
  const top = high ?? (Math.max(...points, 0) * 1.04 || 1);
  const place = {
    x: (epoch) => LEFT + (epoch - 1) / (last - 1) * (WIDTH - LEFT - RIGHT),
    y: (value) => HEIGHT - BOTTOM - (value - low) / (top - low) * (HEIGHT - TOP - BOTTOM),
  };
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${title} by epoch` });
  for (const y of ticks(low, top, 5)) {
    svg.append(draw("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: place.y(y), y2: place.y(y) }));
    svg.append(draw("text", { x: LEFT - 6, y: place.y(y) + 4, "text-anchor": "end" }, short(y)));
  }
  for (const x of ticks(1, last, 6).filter(Number.isInteger)) {
    svg.append(draw("text", { x: place.x(x), y: HEIGHT - 6, "text-anchor": "middle" }, `${x}`));
  }
  for (const { name, folds } of shown) {
    const group = draw("g", { "data-run": name });
    group.style.setProperty("--color", colorOf(name));
    for (const fold of folds) {
      for (const [key, part] of lines) {
        const isSeveral = folds.length > 1 ? " fold" : "";
        group.append(draw("path", { class: `curve ${part}${isSeveral}`, d: pathOf(fold.epoch, fold[key], place) }));
        if (fold.epoch.length !== 1 || fold[key][0] === null) continue;
        group.append(draw("circle", { class: "dot", r: 3, cx: place.x(fold.epoch[0]), cy: place.y(fold[key][0]) }));
      }
    }
    svg.append(group);
  }
  const said = make("span"),
    cursor = draw("line", { class: "cursor", y1: TOP, y2: HEIGHT - BOTTOM, visibility: "hidden" });
  svg.append(cursor);
  const [key] = lines.at(-1);
  svg.addEventListener("pointermove", ({ clientX }) => {
    const box = svg.getBoundingClientRect(), x = (clientX - box.left) / box.width * WIDTH;
    const epoch = Math.min(last, Math.max(1, Math.round(1 + (x - LEFT) / (WIDTH - LEFT - RIGHT) * (last - 1))));
    cursor.setAttribute("x1", place.x(epoch));
    cursor.setAttribute("x2", place.x(epoch));
    cursor.setAttribute("visibility", "visible");
    said.textContent = `epoch ${epoch}`;
    for (const { name, folds } of shown) {
      const there = folds.flatMap((fold) => fold[key][fold.epoch.indexOf(epoch)] ?? []);
      const mean = there.reduce((sum, y) => sum + y, 0) / there.length;
      saying.get(name).textContent = there.length > 0 ? short(mean) : "";
    }
  });
  svg.addEventListener("pointerleave", () => {
    cursor.setAttribute("visibility", "hidden");
    said.textContent = "";
    for (const { name } of shown) saying.get(name).textContent = "";
  });
  return make("figure", {}, make("figcaption", {}, title, said), svg);
}

function showCurves() {
  const shown = [...marked].flatMap((name) => curves.get(name) ?? []);
  const saying = new Map(shown.map(({ name }) => [name, make("b", {})]));
  byId("legend").replaceChildren(...shown.map(({ name }) => {
    const swatch = make("span", { class: "swatch" });
    swatch.style.setProperty("--color", colorOf(name));
    return make("li", {}, swatch, name, saying.get(name));
  }));
  const any = shown.some(({ folds }) => folds.some(({ epoch }) => epoch.length > 0));
  byId("hint").textContent = any
    ? "Validation is solid, training dashed; a thin line is a fold. Point at a chart for its values, the folds' mean."
    : "Mark runs below to lay their curves over each other.";
  byId("charts").replaceChildren(...any ? CHARTS.map((chart) => chartOf(chart, shown, saying)) : []);
}

showHeads();
look();
