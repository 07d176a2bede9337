/**
 * What a model card says in words: what a model is for, what it must not be used for, and where it fails.
 *
 * @module
 */
import type { CardFacts } from "./card_facts.ts";

/** Attributes that say what a person is, and not what is seen of the person now. */
const SENSITIVE = /^(age|gender|sex|race|ethnicity|skin|religion|origin|nationality|disability|emotion)/i;

/** Words in a sentence: `a, b and c`. */
export function joined(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** What it is for. */
export function intendedUse({ schema }: CardFacts): string {
  const seen = schema.attributes.map(({ name }) => name).filter((name) => !SENSITIVE.test(name));
  const example = seen.length > 0 ? `: how often each level of ${joined(seen)} occurs, say` : "";
  return [
    "- Research and teaching: comparing ways of training, of splitting and of measuring on the same photographs.",
    "- Counting over many photographs of people who know of it and agreed to it, where a mistake about one of them harms " +
    `nobody${example}.`,
    "- Finding mistakes in the labels of a data set like the one it was trained on.",
  ].join("\n");
}

/** What it must not be used for. */
export function forbiddenUse({ schema }: CardFacts): string {
  const sensitive = schema.attributes.map(({ name }) => name).filter((name) => SENSITIVE.test(name));
  const inference = sensitive.length === 0 ? [] : [
    `Telling ${
      joined(sensitive)
    } from a face is a **sensitive inference**. The model guesses from looks what others wrote ` +
    "down about the people in its data. It does not know who somebody is, how somebody lives or sees themselves, or " +
    "how old somebody truly is, and it is wrong more often about some people than about others.",
    "",
  ];
  return [
    ...inference,
    "It **must not** be used:",
    "",
    "- for decisions about a person: entry, work, pay, credit, insurance, prices, school, housing, health, benefits, asylum, " +
    "policing, or checks of age;",
    "- for surveillance: to watch, count or sort people who have not agreed to it, in public, at work, at school or online;",
    "- for identification: to find out or confirm who somebody is, or to add to a profile of a person;",
    "- to address or treat somebody by what it guesses, or to publish a guess about a person;",
    "- to prove that somebody is protected, or keeps a rule: it sees a picture, and no more;",
    "- on photographs that were taken or collected against the will of those on them.",
    "",
    "Where laws on biometric data and on automated decisions apply, whoever uses it must know and keep them.",
  ].join("\n");
}

/** Where it fails, from the figures. */
export function limits({ schema, scores, counts, config }: CardFacts): string {
  const lines: string[] = [];
  if (scores) {
    const known = schema.classes.flatMap((name, c) =>
      scores.classF1[c] ? [{ name, f1: scores.classF1[c].score, count: counts[c]! }] : []
    );
    const worst = known.toSorted((a, b) => a.f1 - b.f1).slice(0, 3),
      rare = known.toSorted((a, b) => a.count - b.count).slice(0, 3);
    lines.push(
      `It is worst on ${
        joined(worst.map(({ name, f1 }) => `"${name}" (F1 ${f1.toFixed(2)})`))
      }; it was scored on the fewest images of ` +
        `${joined(rare.map(({ name, count }) => `"${name}" (${count})`))}.`,
    );
    if (scores.persons !== null) {
      lines.push(
        `The scores come from ${scores.persons} persons; the intervals say what other persons like them could change.`,
      );
    }
    const missing = schema.classes.filter((_, c) => counts[c] === 0);
    if (missing.length > 0) {
      lines.push(`Nothing is known of ${joined(missing.map((name) => `"${name}"`))}: no image was scored.`);
    }
  } else {
    lines.push("No images were kept back from its training, so that nothing is known of how good it is.");
  }
  const cut = schema.attributes.filter(({ cuts }) => cuts);
  for (const { name, cuts } of cut) {
    lines.push(
      `${name} is a number cut at ${joined(cuts!.map(String))}: near ${
        cuts!.length > 1 ? "these" : "this"
      }, levels are often mixed up.`,
    );
  }
  lines.push(
    "How it does on people, light, cameras, clothes and places unlike those in its data has not been measured. Differences " +
      "between groups of people that the data does not name have not been measured either.",
    "It answers for every picture, one without a face too; a low probability is the only sign.",
    "Its probabilities are as good as the calibration error says, and no better.",
  );
  if (config.preprocess.length > 0) {
    lines.push(
      `Images must go through ${
        joined(config.preprocess.map(({ name }) => `\`${name}\``))
      } first, as in training; no file does that.`,
    );
  }
  return lines.map((line) => `- ${line.charAt(0).toUpperCase()}${line.slice(1)}`).join("\n");
}
