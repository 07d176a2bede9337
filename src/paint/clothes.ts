/**
 * Shoulders and clothes.
 *
 * @module
 */
import { darker, hex, lighter, type Rgb } from "./colour.ts";
import type { Tones } from "./head.ts";
import { curve, ellipse, linear, outline, path, type Point, rect } from "./svg.ts";
import type { Person } from "./traits.ts";

function print(pattern: string, second: Rgb): string {
  const ink = hex(second);
  const marks = pattern === "stripes"
    ? `<rect width="26" height="9" fill="${ink}"/>`
    : pattern === "checks"
    ? `<rect width="13" height="26" fill="${ink}" fill-opacity=".5"/><rect width="26" height="13" fill="${ink}" fill-opacity=".5"/>`
    : `<circle cx="7" cy="7" r="3.6" fill="${ink}"/><circle cx="20" cy="20" r="3.6" fill="${ink}"/>`;
  return `<pattern id="cloth" width="26" height="26" patternUnits="userSpaceOnUse">${marks}</pattern>`;
}

/** The neckline's half width at the shoulder, its depth at the middle, and whether it is pointed. */
const NECKLINES: Readonly<Record<Person["clothes"]["kind"], readonly [half: number, deep: number, pointed: boolean]>> =
  {
    tee: [52, 192, false],
    shirt: [44, 206, true],
    hoodie: [50, 186, false],
    suit: [48, 240, true],
    cardigan: [48, 222, true],
    knit: [46, 178, false],
    blouse: [62, 208, false],
    turtleneck: [38, 168, false],
  };

function trimmings({ clothes, neck }: Person, half: number, deep: number): string {
  const { kind, colour, second } = clothes;
  const dark = hex(darker(colour, 0.34));
  const line = { stroke: dark, width: 2, opacity: 0.7 };
  const pair = (paint: (side: number) => string) => paint(-1) + paint(1);
  if (kind === "tee") {
    return path(curve([[-half, 172], [-half * 0.6, 184], [0, deep], [half * 0.6, 184], [half, 172]]), {
      stroke: dark,
      width: 5,
      opacity: 0.6,
    });
  }
  if (kind === "knit") {
    return path(curve([[-half, 164], [-half * 0.6, 178], [0, deep + 4], [half * 0.6, 178], [half, 164]]), {
      stroke: hex(lighter(colour, 0.18)),
      width: 13,
    });
  }
  if (kind === "shirt") {
    const collar = hex(lighter(colour, 0.14));
    return pair((s) =>
      path(
        outline([[s * (half - 8), 150], [s * (half + 6), 172], [s * 22, 214]], [[s * 4, deep - 6], [
          s * (half - 8),
          150,
        ]]),
        { fill: collar, stroke: dark, width: 1.4 },
      )
    ) +
      path(`M0 ${deep - 6}V330`, line) + ellipse([6, 232], 2.6, 2.6, { fill: dark }) +
      ellipse([6, 262], 2.6, 2.6, { fill: dark });
  }
  if (kind === "hoodie") {
    return pair((s) =>
      path(curve([[s * half, 166], [s * 26, 184], [s * 8, deep + 14]]), {
        stroke: hex(lighter(colour, 0.1)),
        width: 14,
      }) +
      path(curve([[s * 18, 192], [s * 20, 216], [s * 17, 246]]), { stroke: hex(lighter(colour, 0.6)), width: 3.4 })
    );
  }
  if (kind === "suit") {
    return pair((s) =>
      path(
        outline([[s * (half - 6), 158], [s * 28, 190], [0, deep]], [[s * 4, deep + 30], [s * 50, 230], [s * 40, 214], [
          s * 62,
          206,
        ], [s * (half + 4), 168]]),
        { fill: hex(darker(colour, 0.22)), stroke: dark, width: 1.2 },
      )
    );
  }
  if (kind === "cardigan") {
    return path(curve([[-half, 162], [-24, 196], [0, deep + 4], [24, 196], [half, 162]]), {
      stroke: hex(darker(colour, 0.2)),
      width: 9,
    }) +
      path(`M0 ${deep + 4}V330`, line) + [236, 258].map((y) =>
        ellipse([5, y], 3.4, 3.4, { fill: hex(lighter(second, 0.3)) })
      ).join("");
  }
  if (kind === "turtleneck") {
    const wide = 40 + 4.4 * neck;
    return path(
      outline([[-wide + 2, 126], [0, 134], [wide - 2, 126]], [[wide + 5, 160], [wide + 14, 182], [0, 194], [
        -wide - 14,
        182,
      ], [-wide - 5, 160]]),
      { fill: hex(lighter(colour, 0.06)), stroke: dark, width: 1.4 },
    ) +
      path(curve([[-wide, 146], [0, 155], [wide, 146]]), line);
  }
  return path(curve([[-half, 174], [-half * 0.7, 196], [0, deep], [half * 0.7, 196], [half, 174]]), {
    stroke: hex(lighter(colour, 0.3)),
    width: 4,
  });
}

/** Paints what shows between neck and clothes: a shirt under the jacket, or skin. */
function inset({ clothes }: Person, half: number, deep: number): string {
  const { kind, second, colour } = clothes;
  if (kind !== "suit" && kind !== "cardigan") return "";
  const shirt = hex(lighter(second, 0.6));
  const tie = kind === "suit" && second[0] > 110
    ? path(outline([[-7, 190], [7, 190]], [[12, 260], [-12, 260]]), {
      fill: hex(darker(colour, 0.1)),
      stroke: hex(second),
      width: 2,
    })
    : "";
  return path(
    outline([[-half, 160], [-18, 190], [0, 196], [18, 190], [half, 160]], [[10, deep + 20], [-10, deep + 20]]),
    { fill: shirt },
  ) + tie;
}

/**
 * Paints shoulders and clothes, in the units of the body's group.
 *
 * @param person Who wears them.
 * @param tones The skin's colours, for wide necklines.
 * @param side Where the light comes from.
 */
export function paintClothes(person: Person, tones: Tones, side: number): string {
  const { clothes, shoulders, neck } = person;
  const { colour, kind, pattern, second } = clothes;
  const [wide, deep, pointed] = NECKLINES[kind];
  const half = wide + 3.4 * neck;
  const reach = 122 + 13 * shoulders;
  const slope = 204 - 2.5 * shoulders;
  const neckline: Point[] = pointed
    ? [[half, 164], [half * 0.55, (164 + deep) / 2 + 4], [0, deep], [-half * 0.55, (164 + deep) / 2 + 4], [-half, 164]]
    : [[half, 170], [half * 0.62, deep - 8], [0, deep], [-half * 0.62, deep - 8], [-half, 170]];
  const d = outline(
    [[-half, 168], [-reach * 0.7, slope - 16], [-reach, slope + 6], [-reach - 18, slope + 60], [-reach - 24, 340]],
    [[reach + 24, 340], [reach + 18, slope + 60], [reach, slope + 6], [reach * 0.7, slope - 16], [half, 168]],
    neckline,
  );
  const [from, to] = side < 0 ? [-150, 150] : [150, -150];
  const chest = path(`M${-half - 8} 176L0 170L${half + 8} 176L${half} 250L${-half} 250Z`, {
    fill: hex(darker(tones.base, 0.08)),
  });
  const hood = kind === "hoodie"
    ? path(curve([[-half - 26, 176], [-half - 14, 138], [0, 128], [half + 14, 138], [half + 26, 176]]), {
      fill: hex(darker(colour, 0.34)),
    })
    : "";
  return hood + chest + inset(person, half, deep) +
    linear("weave", [from, 160], [to, 300], [[0, hex(lighter(colour, 0.08))], [0.5, hex(colour)], [
      1,
      hex(darker(colour, 0.36)),
    ]]) +
    path(d, { fill: "url(#weave)" }) +
    (pattern === "plain" ? "" : print(pattern, second) + path(d, { fill: "url(#cloth)", opacity: 0.7 })) +
    path(
      curve([[-reach + 26, 330], [-reach + 20, 270], [-reach + 34, 244]]) +
        curve([[reach - 26, 330], [reach - 20, 270], [reach - 34, 244]]),
      { stroke: hex(darker(colour, 0.4)), width: 2.4, opacity: 0.5 },
    ) +
    trimmings(person, half, deep) + rect([0, 0], 0, 0, { fill: "#000", opacity: 0 });
}
