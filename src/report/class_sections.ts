/**
 * What a run's report says of classes and attributes: scores with intervals, and what is taken for what.
 *
 * @module
 */
import { decodeLabel } from "../core/schema.ts";
import {
  mistakesByAttribute,
  plotConfusion,
  plotRuns,
  type ReportPicture,
  type ReportSection,
} from "../explore/mod.ts";
import {
  bootstrapScore,
  classificationReport,
  confusionMatrix,
  predictedClasses,
  score,
  type ScoreInterval,
} from "../metrics/mod.ts";
import type { IntervalOptions } from "../train/run_scores.ts";
import { intervalText, type Judged } from "./judged.ts";

const ends = (found: ScoreInterval | null | undefined) => found ? [found.low, found.high] as const : null;

/** Precision, recall and F1 of each class. */
export async function classSection({ predictions, groups }: Judged, drawing: IntervalOptions): Promise<ReportSection> {
  const { labels, classes } = predictions, predicted = predictedClasses(predictions);
  const { perClass } = score(predictions, { predicted });
  const drawn = groups && bootstrapScore([predicted], { labels, groups, classes: classes.length, ...drawing }).perClass;
  const persons = classes.map((_, c) => groups && new Set(groups.filter((_, i) => labels[i] === c)).size);
  return {
    title: "Classes",
    text:
      "Precision: of the images predicted as a class, the share that is of it. Recall: of a class's images, the share " +
      "found. F1 is their harmonic mean; macro F1 is its mean over the classes, each counting alike." +
      (drawn ? " Its interval holds 95 % of the draws of persons; few persons make it wide." : ""),
    tables: [{
      title: "Scores by class",
      rows: perClass.map(({ name, support, precision, recall, f1 }, c) => ({
        class: name,
        images: support,
        ...groups && { persons: persons[c] },
        precision,
        recall,
        F1: f1,
        ...drawn && { "95 % interval": intervalText(ends(drawn[c])) },
      })),
    }],
    pictures: [{
      title: drawn ? "F1 by class, with 95 % intervals over persons" : "F1 by class",
      name: "classes",
      picture: await plotRuns(perClass.map(({ name, f1 }, c) => ({ name, score: f1, interval: ends(drawn?.[c]) })), {
        score: "F1",
        title: "",
      }),
    }],
  };
}

/** What each class is taken for. */
export async function confusionSection({ predictions }: Judged): Promise<ReportSection> {
  const { confusion } = score(predictions), { classes } = predictions;
  const pictures: ReportPicture[] = [];
  for (const values of ["shares", "counts"] as const) {
    const title = values === "shares" ? "Percent of each true class" : "Number of images";
    pictures.push({
      title: `Confusion: ${title.toLowerCase()}`,
      name: `confusion_${values}`,
      picture: await plotConfusion({ confusion, classes }, { title, values }),
    });
  }
  const pairs = classes.flatMap((truth, t) =>
    classes.flatMap((predicted, p) => {
      const images = confusion[t * classes.length + p]!;
      const all = classes.reduce((sum, _, k) => sum + confusion[t * classes.length + k]!, 0);
      return t === p || images === 0
        ? []
        : [{ true: truth, predicted, images, "share of the true class": images / all }];
    })
  ).toSorted((a, b) => b.images - a.images);
  return {
    title: "Confusion",
    text: "Each row is a true class; behind its name stands the number of its images. The diagonal is what was right.",
    tables: pairs.length > 0 ? [{ title: "The most frequent confusions", rows: pairs.slice(0, FEW) }] : [],
    pictures,
  };
}

/** Pairs of classes in the table. */
const FEW = 12;

/** In which attributes the mistakes are; nothing where there is only one. */
export async function attributeSection(judged: Judged, drawing: IntervalOptions): Promise<ReportSection[]> {
  const { schema, predictions, groups, dataset } = judged, { attributes } = schema;
  if (attributes.length < 2) return [];
  const predicted = predictedClasses(predictions), mistakes = mistakesByAttribute(predictions, dataset);
  const rows: object[] = [], pictures: ReportPicture[] = [];
  for (const [place, { name, levels }] of attributes.entries()) {
    const levelsOf = (column: Int32Array) => column.map((c) => decodeLabel(schema, c)[place]!);
    const said = levelsOf(predicted), truth = levelsOf(predictions.labels), classes = levels.length;
    const { accuracy, macro } = classificationReport(said, truth, { classes: levels });
    const drawn = groups && bootstrapScore([said], { labels: truth, groups, classes, ...drawing }).macroF1;
    const { share, mistakes: wrong, ofMistakes, alone } = mistakes[place]!;
    rows.push({
      attribute: name,
      "images wrong": wrong,
      "share of all": share,
      "share of mistakes": ofMistakes,
      "alone wrong": alone,
      accuracy,
      "macro F1": macro.f1,
      ...drawn && { "95 % interval": intervalText(ends(drawn)) },
    });
    pictures.push({
      title: `Confusion of ${name}: percent of each true level`,
      name: `confusion_${name}`,
      picture: await plotConfusion({ confusion: confusionMatrix(said, truth, { classes }), classes: levels }, {
        title: name,
      }),
    });
  }
  return [{
    title: "Attributes",
    text:
      "A wrong class is wrong in one attribute or in several. Alone wrong counts the images in which all else is right.",
    tables: [{ title: "Mistakes by attribute", rows }],
    pictures,
  }];
}
