/**
 * The model card: what a model is, what it was made from, how good it is, how it is used, and what it must not be used for.
 * Mitchell et al., 2019, https://arxiv.org/abs/1810.03993
 *
 * @module
 */
import { MODELS } from "../models/mod.ts";
import { build } from "../core/parts.ts";
import { markdownTable } from "../track/markdown.ts";
import { valueText } from "../train/differences.ts";
import type { Run } from "../train/mod.ts";
import { maskfoldCode, onnxCode } from "./card_code.ts";
import { type CardFacts, cardFacts, type CardOptions, type CardScore } from "./card_facts.ts";
import { forbiddenUse, intendedUse, joined, limits } from "./card_words.ts";
import type { ExportedFile } from "./export_model.ts";
import type { OnnxInput } from "./onnx.ts";
import { VERSION } from "./version.ts";

/** What a card tells beside the runs. */
export interface ModelCardOptions extends CardOptions {
  /** The files that lie beside it, by their places from its folder. */
  readonly files?: readonly ExportedFile[];
  /** What the ONNX files among them take; bytes by default. */
  readonly input?: OnnxInput;
}

/**
 * A model card in Markdown.
 *
 * @param runs Finished runs of one configuration: one, or the folds of a cross-validation, which are scored out-of-fold.
 * @param options The files that it lies beside, and how intervals are drawn.
 * @returns The text. It names no image and no person.
 * @throws {RangeError} If there is no run.
 */
export async function modelCard(
  runs: readonly Run[],
  { files = [], input = "bytes", ...drawing }: ModelCardOptions = {},
): Promise<string> {
  const facts = await cardFacts(runs, drawing);
  const sections: readonly (readonly [title: string, text: string])[] = [
    ["What it tells", schemaText(facts)],
    ["Intended use", intendedUse(facts)],
    ["What it must not be used for", forbiddenUse(facts)],
    ["How good it is", scoresText(facts)],
    ["Limits", limits(facts)],
    ["What it was made from", dataText(facts)],
    ["How it was trained", trainingText(facts)],
    ...(files.length > 0
      ? [["Files", filesText(files)] as const, ["How to use it", useText(facts, files, input)] as const]
      : []),
  ];
  return [titleText(facts), ...sections.map(([title, text]) => `## ${title}\n\n${text}`)].join("\n\n") + "\n";
}

const whole = (n: number) => n.toLocaleString("en-US");

function titleText({ schema, config, input, models, each }: CardFacts): string {
  const { architecture: { about } } = build("model", MODELS, config.model);
  const names = joined(schema.attributes.map(({ name }) => name));
  const count = models === 1 ? "One network" : `${models} networks, one for each ${each},`;
  return `# ${names.charAt(0).toUpperCase()}${names.slice(1)} from a photograph\n\n` +
    `${count} of the kind \`${config.model.name}\` (${about.paper}), which ${
      models === 1 ? "takes" : "take"
    } images of ` +
    `${input.size.join(" x ")} pixels, trained with maskfold and exported by its version ${VERSION}.`;
}

function schemaText({ schema: { attributes, classes } }: CardFacts): string {
  const rows = attributes.map((
    { name, levels, cuts },
  ) => [name, joined(levels), cuts ? `a number, cut at ${joined(cuts.map(String))}` : ""]);
  const list = classes.map((name, c) => `${c} ${name}`).join("; ");
  return `${
    markdownTable(["attribute", "levels", ""], rows)
  }\n\nIts ${classes.length} classes are the product of these, by number: ${list}.`;
}

function scoreText({ score, low, high }: CardScore): string {
  return low === undefined ? score.toFixed(4) : `${score.toFixed(4)} [${low.toFixed(4)}, ${high!.toFixed(4)}]`;
}

function scoresText({ scores, config, models }: CardFacts): string {
  if (!scores) return "It was trained on all images, so that none is left to score it on.";
  const { images, persons, macroF1, accuracy, perClass, classF1, perAttribute, calibrationError, logLoss } = scores;
  const people = persons === null ? "" : ` of ${whole(persons)} persons`;
  const intervals = persons === null
    ? "The runs do not say who is on their images, so that there are no intervals."
    : "In brackets: 95 % intervals of a bootstrap by person.";
  const views = config.views.length > 1
    ? ` Probabilities are averaged over ${config.views.length} views (${
      joined(config.views.map(({ name }) => name))
    }); one view alone may score less.`
    : "";
  const how = models > 1
    ? "each predicted by the network that was not trained on the person"
    : "of persons whom the network was not trained on";
  const overall = markdownTable(["score", "value"], [
    ["macro F1", scoreText(macroF1)],
    ["accuracy", scoreText(accuracy)],
    ["log loss (nats)", scoreText(logLoss)],
    ["expected calibration error", scoreText(calibrationError)],
  ]);
  const classes = markdownTable(
    ["class", "images", "precision", "recall", "F1"],
    perClass.map(({ name, support, precision, recall }, c) => [
      name,
      whole(support),
      precision.toFixed(4),
      recall.toFixed(4),
      classF1[c] ? scoreText(classF1[c]) : "-",
    ]),
  );
  const attributes = perAttribute.length === 0 ? [] : [
    markdownTable(
      ["attribute alone", "macro F1", "accuracy"],
      perAttribute.map(({ name, macroF1, accuracy }) => [name, scoreText(macroF1), scoreText(accuracy)]),
    ),
  ];
  return [`On ${whole(images)} images${people}, ${how}. ${intervals}${views}`, overall, ...attributes, classes].join(
    "\n\n",
  );
}

function dataText({ trained, scores, leftOut, digests, counts, schema, softTargets }: CardFacts): string {
  const sizes = [...new Set(trained)].map(whole).join(" / ");
  const rows: unknown[][] = [
    ["images that a network learned from", sizes],
    ["images kept back and scored", whole(scores?.images ?? 0)],
    ["persons on those", scores?.persons === null || !scores ? "not said" : whole(scores.persons)],
    ["networks", digests.length],
    ["images left out as faulty", whole(leftOut)],
    ["other models' probabilities as targets", softTargets ? "yes" : "no"],
    ["digests of the data", digests.map((digest) => `\`${digest.slice(0, 12)}\``).join(" ")],
  ];
  const shares = counts.some((count) => count > 0)
    ? `\n\nImages of each class among those scored: ${
      schema.classes.map((name, c) => `${name} ${whole(counts[c]!)}`).join("; ")
    }.`
    : "";
  return markdownTable(["", ""], rows) + shares;
}

function trainingText({ changed, config, epochs }: CardFacts): string {
  const kept = `Weights of epoch ${epochs.join(", ")} of ${config.epochs} were kept.`;
  if (changed.length === 0) return `${kept} Every option has its default.`;
  const rows = changed.map(({ name, values: [usual, here] }) => [`\`${name}\``, shown(usual), shown(here)]);
  return `${kept} Options that differ from maskfold's defaults:\n\n${
    markdownTable(["option", "default", "here"], rows)
  }`;
}

/** A value as text; of a place on somebody's machine only the last name. */
function shown(value: unknown): string {
  const text = valueText(value);
  return /^([/~.]|[a-z]:)/i.test(text) && !/^https?:/.test(text) ? text.split(/[/\\]/).at(-1)! : text;
}

function filesText(files: readonly ExportedFile[]): string {
  const rows = files.map(({ file, numbers, bytes, milliseconds, runtime, difference }) => [
    `\`${file}\``,
    numbers,
    (bytes / 1e6).toFixed(2),
    milliseconds === null ? "not measured" : milliseconds.toFixed(2),
    runtime,
    difference === null ? "not measured" : difference.toExponential(1),
  ]);
  const notes = [...new Set(files.flatMap(({ note }) => note ?? []))].map((note) => `\n\n${note}.`).join("");
  return markdownTable(["file", "numbers", "MB", "ms an image", "run by", "largest difference of a logit"], rows) +
    notes;
}

function useText(facts: CardFacts, files: readonly ExportedFile[], input: OnnxInput): string {
  const folderOf = (name: string) => files.find(({ file }) => file.endsWith(name))?.file.slice(0, -name.length);
  const [own, other] = [folderOf("model.safetensors"), folderOf("model.onnx")];
  const block = (code: string) => `\`\`\`ts\n${code}\n\`\`\``;
  return [
    "Paths are seen from this card's folder.",
    ...(own === undefined ? [] : [`With maskfold, in Deno:\n\n${block(maskfoldCode(facts, own))}`]),
    ...(other === undefined ? [] : [
      "With onnxruntime-node; where it reads with sharp, resizing differs a little from that in training:\n\n" +
      block(onnxCode(facts, other, input)),
    ]),
    ...(facts.models > 1 ? ["Probabilities of several networks are averaged."] : []),
  ].join("\n\n");
}
