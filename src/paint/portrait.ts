/**
 * One picture as SVG: a person in a photograph's circumstances, back to front.
 *
 * @module
 */
import { paintAgeMarks } from "./age_marks.ts";
import { CANVAS, paintBackdrop } from "./backdrop.ts";
import { paintBeard } from "./beard.ts";
import { paintClothes } from "./clothes.ts";
import { hex, mix } from "./colour.ts";
import { paintGlasses, paintHand, paintScarf } from "./extras.ts";
import { paintBrows, paintEyes } from "./eyes.ts";
import { paintMouth, paintNose } from "./features.ts";
import { hairColour, paintHairFront } from "./hair.ts";
import { paintHairBack } from "./hair_back.ts";
import { paintEars, paintFace, paintNeck, skinTones } from "./head.ts";
import { paintLight } from "./light.ts";
import { paintMask } from "./mask.ts";
import { projector } from "./pose.ts";
import type { Shot } from "./shot.ts";
import { group, num, rect } from "./svg.ts";
import type { Person } from "./traits.ts";

/** How a picture is laid out. */
export interface PortraitOptions {
  /** Height and width in pixels; another shape than 4 : 3 is cut at its longer side. */
  readonly size: readonly [height: number, width: number];
  /** Address of the grain's tile, a grey PNG of 64 x 64 pixels; none without it. */
  readonly grain?: string;
}

/**
 * Draws one picture.
 *
 * @param person Who is on it.
 * @param shot The picture's own circumstances.
 * @returns The picture as SVG.
 */
export function portrait(person: Person, shot: Shot, { size: [height, width], grain }: PortraitOptions): string {
  const { pose, light, expression, mask } = shot;
  const project = projector(pose);
  const tones = skinTones(person, light);
  const chin = project(0, 113 * person.face.length, 30);
  const brow = mix(hairColour(person), tones.deep, 0.25);
  const head = (...content: readonly string[]) => group(`rotate(${num(pose.roll)} 0 110)`, ...content);
  const scarf = person.clothes.scarf || shot.collar;
  const figure = group(
    `translate(${num(pose.centre[0])} ${num(pose.centre[1])}) scale(${Math.round(pose.scale * 1000) / 1000})`,
    head(paintHairBack(person, project)),
    group(`translate(${num(pose.lean)} -12)`, paintNeck(person, tones, chin), paintClothes(person, tones, light.side)),
    head(
      paintEars(person, tones, project),
      paintFace(person, tones, light, project),
      paintAgeMarks(person, tones, light.side, project),
      paintBeard(person, tones, project),
      paintMouth(person, tones, expression, project),
      paintNose(person, tones, light.side, project),
      paintEyes(person, tones, expression, project),
      paintBrows(person, brow, expression, project),
    ),
    scarf && mask?.worn !== "chin" ? group(`translate(${num(pose.lean)} 0)`, paintScarf(person, chin)) : "",
    head(
      mask ? paintMask(mask, person, light, project) : "",
      paintGlasses(person, project),
      paintHairFront(person, tones, light.side, project),
      shot.hand ? paintHand(person, tones, shot.hand, project) : "",
    ),
  );
  const { width: w, height: h } = CANVAS;
  const scene = paintBackdrop(shot.backdrop) + figure;
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" ` +
    `height="${height}" viewBox="0 0 ${w} ${h}" preserveAspectRatio="xMidYMid slice" stroke-linecap="round" ` +
    `stroke-linejoin="round">${shot.blur > 0 ? blurred(scene, shot) : scene}` +
    `${paintLight(shot, Math.min(w / width, h / height), grain)}</svg>`;
}

/** A scene out of focus. The blur lets what is behind shine in at the border, hence the plain ground. */
function blurred(scene: string, { blur, backdrop }: Shot): string {
  return rect([0, 0], CANVAS.width, CANVAS.height, { fill: hex(backdrop.colour) }) +
    `<filter id="blur" x="0" y="0" width="1" height="1"><feGaussianBlur stdDeviation="${num(blur)}"/></filter>` +
    `<g filter="url(#blur)">${scene}</g>`;
}
