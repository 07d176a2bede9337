"""Writes preprocess.bin and preprocess.json: OpenCV 4.6.0's CLAHE of lightness and unsharp masking with its Gaussian blur,
Pillow 9.4.0's luma, and the grey-world balance in NumPy, on small images of sides that tiles divide and do not divide.

Debian: apt-get install python3-opencv python3-pil
"""

import json
import pathlib

import cv2
import numpy as np
from PIL import Image

rng = np.random.default_rng(7)
here = pathlib.Path(__file__)
blob = bytearray()


def keep(array):
    """Adds bytes to the file and says where they begin."""
    start = len(blob)
    blob.extend(np.ascontiguousarray(array, dtype=np.uint8).tobytes())
    return start


def picture(height, width):
    """Slopes of colour, a dark and a bright patch, an edge, and grain."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    out = np.stack([40 + 150 * x / width, 30 + 120 * y / height, 160 - 90 * (x + y) / (width + height)], axis=2)
    out[: height // 3, : width // 4] *= 0.15
    out[height // 2 :, 2 * width // 3 :] += 90
    out[(x - width / 2) ** 2 + (y - height / 2) ** 2 < (min(height, width) / 5) ** 2] = [214, 160, 130]
    return np.clip(out + rng.normal(0, 6, out.shape), 0, 255).astype(np.uint8)


def to_bytes(values):
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


# D65 and sRGB with OpenCV's digits. Its own floating-point CIELAB interpolates in a coarse table, so that it is off by
# several levels; the formulas are CIE 15's here.
TO_XYZ = np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]])
WHITE = np.array([0.950456, 1, 1.088754])


def to_lab_roots(image):
    """f(X), f(Y) and f(Z), of which L* = 116 f(Y) - 16, and a* and b* are differences."""
    value = image / 255
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    share = light @ TO_XYZ.T / WHITE
    return np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)


def from_lab_roots(roots):
    share = np.where(roots > 0.206893, roots**3, (roots - 16 / 116) / 7.787)
    light = np.clip(share * WHITE @ np.linalg.inv(TO_XYZ).T, 0, 1)
    return to_bytes(255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055))


def clahe(image, tiles, clip):
    """OpenCV's CLAHE of the bytes of lightness; a* and b* stay."""
    roots = to_lab_roots(image)
    before = to_bytes((116 * roots[:, :, 1] - 16) * 2.55)
    after = cv2.createCLAHE(clipLimit=clip, tileGridSize=(tiles[1], tiles[0])).apply(before)
    change = (after.astype(np.float64) - before) / 2.55 / 116
    return before, after, from_lab_roots(roots + change[:, :, None])


def sharpen(image, amount, sigma, threshold):
    luma = np.asarray(Image.fromarray(image).convert("L")).astype(np.float64)
    side = 2 * max(1, round(3 * sigma)) + 1
    change = luma - cv2.GaussianBlur(luma, (side, side), sigma, borderType=cv2.BORDER_REFLECT_101)
    change[np.abs(change) < threshold] = 0
    return to_bytes(image + amount * change[:, :, None])


def grey_world(image, strength):
    means = image.reshape(-1, 3).mean(axis=0)
    return to_bytes(image * (means.mean() / means) ** strength)


images = []
for height, width in [(64, 48), (61, 45), (64, 45), (33, 80)]:
    image = picture(height, width)
    entry = {"size": [height, width], "pixels": keep(image), "clahe": [], "sharpenEdges": [], "greyWorld": []}
    for tiles, clip in [((8, 8), 2), ((4, 6), 0), ((1, 1), 3), ((3, 2), 40)]:
        before, after, changed = clahe(image, tiles, clip)
        options = {"tiles": tiles, "clip": clip}
        entry["clahe"].append({"options": options, "before": keep(before), "after": keep(after), "pixels": keep(changed)})
    for amount, sigma, threshold in [(1, 1, 0), (2.5, 2, 0), (1, 0.5, 4)]:
        options = {"amount": amount, "sigma": sigma, "threshold": threshold}
        entry["sharpenEdges"].append({"options": options, "pixels": keep(sharpen(image, **options))})
    for strength in [1, 0.5]:
        options = {"strength": strength, "limit": 10}
        entry["greyWorld"].append({"options": options, "pixels": keep(grey_world(image, strength))})
    images.append(entry)

here.with_suffix(".bin").write_bytes(blob)
here.with_suffix(".json").write_text(json.dumps(images, indent=1) + "\n")
