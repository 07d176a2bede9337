/**
 * Lightness of RGB bytes, and RGB bytes of another lightness, by the tables of `lightness.ts`, which says what their
 * numbers mean. Addresses are in bytes; `count` is in pixels.
 *
 * `light` holds a vector for each byte of red, then green, then blue: what it adds to X, Y and Z.
 */

/** A byte of a word, as the distance of a vector in a table. */
@inline
function vector(word: u32, byte: i32): u32 {
  return (byte == 0 ? word << 4 : word >> (8 * byte - 4)) & 4080;
}

/** Y of a pixel as a place in a table. */
@inline
function placeOf(light: usize, r: u32, g: u32, b: u32): i32 {
  return (load<i32>(light + r, 4) + load<i32>(light + g, 4100) + load<i32>(light + b, 8196) + 16384) >> 15;
}

/** Fills `out` with the level of lightness of each pixel, four at a time; `level` is its table by Y. */
export function levels(data: usize, out: usize, count: i32, light: usize, level: usize): void {
  for (let p = 0; p < count; p += 4, data += 12) {
    // Whole words, as each access to the memory is checked: r g b r, g b r g, b r g b.
    const first = load<u32>(data), second = load<u32>(data, 4), third = load<u32>(data, 8);
    const a = placeOf(light, vector(first, 0), vector(first, 1), vector(first, 2));
    const b = placeOf(light, vector(first, 3), vector(second, 0), vector(second, 1));
    const c = placeOf(light, vector(second, 2), vector(second, 3), vector(third, 0));
    const d = placeOf(light, vector(third, 1), vector(third, 2), vector(third, 3));
    const low = <u32>load<u8>(level + a) | <u32>load<u8>(level + b) << 8;
    store<u32>(out + p, low | <u32>load<u8>(level + c) << 16 | <u32>load<u8>(level + d) << 24);
  }
}

/** X, Y and Z of a pixel as places in tables. */
@inline
function placesOf(r: u32, g: u32, b: u32, light: usize): v128 {
  const sum = i32x4.add(
    i32x4.add(v128.load(light + (r << 4)), v128.load(light + (g << 4), 4096)),
    v128.load(light + (b << 4), 8192),
  );
  return i32x4.shr_s(i32x4.add(sum, i32x4.splat(16384)), 15);
}

/** Writes a pixel: bytes by the light of each channel, or those it has where its lightness stays. */
@inline
function put(out: usize, data: usize, change: i32, r: i32, g: i32, b: i32, byte: usize): void {
  if (change == 0) {
    store<u16>(out, load<u16>(data));
    store<u8>(out, load<u8>(data, 2), 2);
  } else {
    store<u8>(out, load<u8>(byte + r));
    store<u8>(out, load<u8>(byte + g), 1);
    store<u8>(out, load<u8>(byte + b), 2);
  }
}

/** What the table of X, Y and Z has more than they are, as `lightness.ts` makes it. */
const MORE = 1024;

/** A row of the way back from X, Y and Z to the light of one channel, as a place in `byte`. */
@inline
function lightOf(x: v128, y: v128, z: v128, back: usize, white: v128): v128 {
  const sum = i32x4.add(
    i32x4.add(i32x4.mul(x, v128.load32_splat(back)), i32x4.mul(y, v128.load32_splat(back, 4))),
    i32x4.mul(z, v128.load32_splat(back, 8)),
  );
  const light = i32x4.shr_s(i32x4.add(sum, i32x4.splat(4096 - 4096 * MORE)), 13);
  return i32x4.min_s(i32x4.max_s(light, i32x4.splat(0)), white);
}

/**
 * Fills `out` with RGB bytes whose lightness changes from the levels `before` to `after`, four pixels at a time.
 *
 * @param cube Where f of 0 lies in the table from f to X, Y or Z, two bytes each, which begins earlier.
 * @param shift Where a change of 0 lies in the table from a change of level to one of f.
 * @param back Nine numbers: to red, green and blue from X, Y and Z.
 * @param most The last place in `byte`.
 */
export function relight(
  data: usize, before: usize, after: usize, out: usize, count: i32,
  light: usize, root: usize, cube: usize, byte: usize, shift: usize, back: usize, most: i32,
): void {
  const white = i32x4.splat(most);
  for (let p = 0; p < count; p += 4, data += 12, out += 12) {
    let x = i32x4.splat(0), y = x, z = x;
    const v0 = placesOf(load<u8>(data, 0), load<u8>(data, 1), load<u8>(data, 2), light);
    const change0 = <i32>load<u8>(after + p, 0) - <i32>load<u8>(before + p, 0);
    const shift0 = load<i32>(shift + (change0 << 2));
    x = v128.load16_lane(cube + ((<i32>load<u16>(root + (i32x4.extract_lane(v0, 0) << 1)) + shift0) << 1), x, 0);
    y = v128.load16_lane(cube + ((<i32>load<u16>(root + (i32x4.extract_lane(v0, 1) << 1)) + shift0) << 1), y, 0);
    z = v128.load16_lane(cube + ((<i32>load<u16>(root + (i32x4.extract_lane(v0, 2) << 1)) + shift0) << 1), z, 0);
    const v1 = placesOf(load<u8>(data, 3), load<u8>(data, 4), load<u8>(data, 5), light);
    const change1 = <i32>load<u8>(after + p, 1) - <i32>load<u8>(before + p, 1);
    const shift1 = load<i32>(shift + (change1 << 2));
    x = v128.load16_lane(cube + ((<i32>load<u16>(root + (i32x4.extract_lane(v1, 0) << 1)) + shift1) << 1), x, 2);
    y = v128.load16_lane(cube + ((<i32>load<u16>(root + (i32x4.extract_lane(v1, 1) << 1)) + shift1) << 1), y, 2);
    z = v128.load16_lane(cube + ((<i32>load<u16>(root + (i32x4.extract_lane(v1, 2) << 1)) + shift1) << 1), z, 2);
    const v2 = placesOf(load<u8>(data, 6), load<u8>(data, 7), load<u8>(data, 8), light);
    const change2 = <i32>load<u8>(after + p, 2) - <i32>load<u8>(before + p, 2);
    const shift2 = load<i32>(shift + (change2 << 2));
    x = v128.load16_lane(cube + ((<i32>load<u16>(root + (i32x4.extract_lane(v2, 0) << 1)) + shift2) << 1), x, 4);
    y = v128.load16_lane(cube + ((<i32>load<u16>(root + (i32x4.extract_lane(v2, 1) << 1)) + shift2) << 1), y, 4);
    z = v128.load16_lane(cube + ((<i32>load<u16>(root + (i32x4.extract_lane(v2, 2) << 1)) + shift2) << 1), z, 4);
    const v3 = placesOf(load<u8>(data, 9), load<u8>(data, 10), load<u8>(data, 11), light);
    const change3 = <i32>load<u8>(after + p, 3) - <i32>load<u8>(before + p, 3);
    const shift3 = load<i32>(shift + (change3 << 2));
    x = v128.load16_lane(cube + ((<i32>load<u16>(root + (i32x4.extract_lane(v3, 0) << 1)) + shift3) << 1), x, 6);
    y = v128.load16_lane(cube + ((<i32>load<u16>(root + (i32x4.extract_lane(v3, 1) << 1)) + shift3) << 1), y, 6);
    z = v128.load16_lane(cube + ((<i32>load<u16>(root + (i32x4.extract_lane(v3, 2) << 1)) + shift3) << 1), z, 6);
    const r = lightOf(x, y, z, back, white), g = lightOf(x, y, z, back + 12, white), b = lightOf(x, y, z, back + 24, white);
    put(
      out, data, change0,
      i32x4.extract_lane(r, 0), i32x4.extract_lane(g, 0), i32x4.extract_lane(b, 0), byte,
    );
    put(
      out + 3, data + 3, change1,
      i32x4.extract_lane(r, 1), i32x4.extract_lane(g, 1), i32x4.extract_lane(b, 1), byte,
    );
    put(
      out + 6, data + 6, change2,
      i32x4.extract_lane(r, 2), i32x4.extract_lane(g, 2), i32x4.extract_lane(b, 2), byte,
    );
    put(
      out + 9, data + 9, change3,
      i32x4.extract_lane(r, 3), i32x4.extract_lane(g, 3), i32x4.extract_lane(b, 3), byte,
    );
  }
}
