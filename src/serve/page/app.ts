/**
 * The page: takes a photograph by drop, paste, choice or camera, asks the worker, and shows what it says.
 *
 * @module
 */
/// <reference lib="dom" />
import { aboutRows } from "./about.ts";
import { type AnswerView, element, makeAnswerView } from "./answer_view.ts";
import { type Camera, cameraPossible, startCamera } from "./camera.ts";
import type { Answer, Question, Seen } from "./messages.ts";

/** Milliseconds between an answer and the next frame of the camera. */
const PAUSE = 400;

function find<E extends HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}
const stage = find("stage"), empty = find("empty"), frame = find("frame"), seenBox = find("seen");
const photo = find<HTMLImageElement>("photo"), video = find<HTMLVideoElement>("video");
const heat = find<HTMLCanvasElement>("heat"), heatSwitch = find<HTMLInputElement>("heat-switch");
const file = find<HTMLInputElement>("file"), cameraButton = find<HTMLButtonElement>("camera");
const status = find("status"), loading = find<HTMLProgressElement>("loading");

let view: AnswerView | undefined, camera: Camera | undefined, picture: Blob | undefined;
let asked = 0, classes: readonly string[] = [];

const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
worker.addEventListener("error", () => fail("The network cannot be loaded. Is the page opened from a server?"));
worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => take(data));

function take(answer: Answer): void {
  switch (answer.kind) {
    case "loading":
      loading.value = answer.share;
      break;
    case "ready":
      loading.hidden = true;
      if (!picture && !camera) say("The network is ready.");
      start(answer);
      break;
    case "broken":
      loading.hidden = true;
      fail(answer.message);
      break;
    case "refused":
      if (answer.id === asked) refuse(answer.message);
      break;
    case "classified":
      if (answer.id === asked) show(answer);
  }
}

function start({ model, milliseconds }: Extract<Answer, { kind: "ready" }>): void {
  classes = model.schema.classes;
  view = makeAnswerView(model.schema, {
    verdict: find("verdict"),
    groups: find("attributes"),
    list: find("classes"),
    title: find("classes-title"),
  });
  const rows = aboutRows(model, milliseconds);
  find("about").append(...rows.flatMap(([name, text]) => [element("dt", "", name), element("dd", "", text)]));
  document.body.dataset.ready = "";
}

function show({ probabilities, seen, heat: found, milliseconds, id }: Extract<Answer, { kind: "classified" }>): void {
  view?.show(probabilities);
  outline(seen);
  heat.hidden = !found;
  if (found) {
    const [height, width] = found.size;
    Object.assign(heat, { width, height });
    heat.getContext("2d")!.putImageData(new ImageData(found.rgba, width, height), 0, 0);
    place(heat, seen);
  }
  const best = classes[probabilities.indexOf(Math.max(...probabilities))];
  const part = seenBox.hidden ? "" : " It sees what is framed.";
  const where = found ? ` Warm places speak for “${best}”.` : "";
  say(
    `${camera ? "The camera is on. An answer takes" : "Classified on this device in"} ${
      Math.ceil(milliseconds)
    } ms.${part}${where}`,
  );
  document.body.dataset.answered = `${id}`;
  if (camera) setTimeout(askCamera, PAUSE);
}

/** Shows which part of the picture the network sees, unless it sees all of it. */
function outline(seen: Seen): void {
  seenBox.hidden = seen.height > 0.98 && seen.width > 0.98;
  place(seenBox, seen);
}

function place(element: HTMLElement, { top, left, height, width }: Seen): void {
  const sides = { top, left, height, width };
  for (const [name, share] of Object.entries(sides)) element.style.setProperty(name, `${100 * share}%`);
}

function ask(picture: Question["picture"]): void {
  const question: Question = { id: ++asked, picture, heat: heatSwitch.checked };
  worker.postMessage(question, { transfer: picture instanceof ImageBitmap ? [picture] : [] });
}

async function askCamera(): Promise<void> {
  if (!camera) return;
  if (document.hidden) return void setTimeout(askCamera, PAUSE);
  const now = camera, image = await now.frame().catch(() => undefined);
  if (camera !== now) return void image?.close();
  if (!image) return void setTimeout(askCamera, PAUSE);
  frame.style.setProperty("--ratio", `${image.width / image.height}`);
  ask(image);
}

function takePicture(given: Blob | null | undefined): void {
  if (!given) return;
  stopCamera();
  forgetPhoto();
  picture = given;
  photo.src = URL.createObjectURL(given);
  photo.hidden = false;
  reveal();
  if (loading.hidden) say("Looking …");
  ask(given);
}

photo.addEventListener("load", () => {
  frame.style.setProperty("--ratio", `${photo.naturalWidth / photo.naturalHeight}`);
});

async function toggleCamera(): Promise<void> {
  if (camera) return backToStart();
  cameraButton.disabled = true;
  try {
    camera = await startCamera(video, backToStart);
  } catch (error) {
    return fail((error as Error).message);
  } finally {
    cameraButton.disabled = false;
  }
  forgetPhoto();
  video.hidden = false;
  frame.classList.toggle("mirrored", camera.mirrored);
  cameraButton.textContent = "Stop the camera";
  cameraButton.ariaPressed = "true";
  reveal();
  say("The camera is on.");
  await askCamera();
}

function stopCamera(): void {
  camera?.stop();
  camera = undefined;
  asked++; // so that an answer on its way is not shown
  video.hidden = true;
  frame.classList.remove("mirrored");
  cameraButton.textContent = "Use the camera";
  cameraButton.ariaPressed = "false";
}

function backToStart(): void {
  stopCamera();
  empty.hidden = false;
  frame.hidden = true;
  stage.classList.remove("full");
  view?.clear();
  say("");
}

function reveal(): void {
  empty.hidden = true;
  frame.hidden = false;
  stage.classList.add("full");
}

function forgetPhoto(): void {
  picture = undefined;
  URL.revokeObjectURL(photo.src);
  photo.removeAttribute("src");
  photo.hidden = heat.hidden = seenBox.hidden = true;
}

function refuse(message: string): void {
  forgetPhoto();
  backToStart();
  fail(message);
}

function say(text: string): void {
  status.textContent = text;
  status.classList.remove("wrong");
}

function fail(text: string): void {
  say(text);
  status.classList.add("wrong");
}

file.addEventListener("change", () => {
  takePicture(file.files?.[0]);
  file.value = ""; // so that the same file can be chosen again
});
cameraButton.addEventListener("click", toggleCamera);
heatSwitch.addEventListener("change", () => {
  if (camera) return; // the next frame has it
  if (picture) ask(picture);
});
document.addEventListener("paste", (event) => takePicture(event.clipboardData?.files[0]));
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  stage.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) stage.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  stage.classList.remove("over");
  const dropped = event.dataTransfer?.files[0];
  if (dropped) takePicture(dropped);
  else fail("Only files can be dropped. Save the picture first, or copy it and paste it here.");
});
if (!cameraPossible()) {
  cameraButton.disabled = true;
  cameraButton.title = "A camera can be used only on a page that is served by https, or from this device.";
}
