"""Makes small pictures of every kind in images/, and what torchvision's Resize and CenterCrop make of them.

Run with Debian's python3-torchvision (0.14.1, Pillow 9.4.0): /usr/bin/python3 tests/reference/images.py
Writes images/ (the pictures), images.json (the cases) and images.bin (their pixels, uint8 [H, W, 3], one after another).
"""
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from torchvision.datasets.folder import pil_loader
from torchvision.transforms import CenterCrop, InterpolationMode, Resize

HERE = Path(__file__).parent
FOLDER = HERE / "images"


def picture(height, width, seed, noise=40):
    """A picture with smooth colours, hard edges and noise."""
    draws = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    pixels = np.stack([255 * x / width, 255 * y / height, 127 + 127 * np.sin(x / 7 + y / 11)], -1)
    image = Image.fromarray(pixels.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse([width * 0.2, height * 0.1, width * 0.7, height * 0.6], fill=(230, 180, 150))
    draw.rectangle([width * 0.3, height * 0.4, width * 0.9, height * 0.8], fill=(40, 90, 200))
    draw.line([0, 0, width, height], fill=(0, 0, 0), width=2)
    noisy = np.asarray(image).astype(float) + draws.uniform(-noise, noise, (height, width, 3))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def png16(path, pixels):
    """A PNG with 16 bits a channel, which Pillow cannot write."""
    height, width, channels = pixels.shape
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    lines = b"".join(b"\0" + line.astype(">u2").tobytes() for line in pixels)
    head = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 3: 2}[channels], 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b"")
    )


def make_pictures():
    FOLDER.mkdir(exist_ok=True)
    save = lambda image, name, **options: image.save(FOLDER / name, **options)
    save(picture(96, 128, 1), "landscape.png")
    save(picture(131, 97, 2), "portrait.jpg", quality=92)
    save(picture(96, 128, 3), "landscape.jpeg", quality=90)
    save(picture(480, 360, 4, 25), "large.jpg", quality=60)
    save(picture(31, 20, 5), "small.png")
    save(picture(64, 64, 6).convert("L"), "grey.png")
    save(picture(70, 50, 7).convert("L"), "grey.jpg", quality=90)
    save(picture(60, 80, 8).quantize(32), "palette.png")
    faded = picture(60, 80, 9)
    alpha = Image.fromarray(np.random.default_rng(10).integers(0, 256, (60, 80), dtype=np.uint8))
    faded.putalpha(alpha)
    save(faded, "alpha.png")
    save(faded.convert("LA"), "grey_alpha.png")
    save(picture(60, 80, 11).quantize(16), "palette_alpha.png", transparency=bytes(range(0, 256, 16)))
    save(picture(60, 80, 12).convert("1"), "bits.png")
    save(picture(72, 54, 13, 15).convert("CMYK"), "cmyk.jpg", quality=95)
    turned = Image.Exif()
    turned[0x0112] = 6
    save(picture(60, 90, 14), "turned.jpg", exif=turned, quality=90)
    deep = np.random.default_rng(15).integers(0, 65536, (40, 56, 3))
    png16(FOLDER / "deep.png", deep)
    png16(FOLDER / "deep_grey.png", np.random.default_rng(16).integers(0, 65536, (40, 56, 1)))
    save(picture(50, 66, 17), "picture.webp", lossless=True)
    save(picture(50, 66, 18).quantize(64), "picture.gif")
    save(picture(50, 66, 19), "picture.tif")


CASES = [
    ("landscape.png", None, None),
    ("landscape.png", 48, 48),
    ("landscape.png", 40, None),
    ("landscape.png", 37, [31, 45]),
    ("landscape.png", [33, 71], [20, 21]),
    ("landscape.png", None, 41),
    ("landscape.png", None, [110, 33]),
    ("landscape.png", 150, [49, 60]),
    ("portrait.jpg", None, None),
    ("portrait.jpg", 50, 50),
    ("portrait.jpg", 61, [64, 48]),
    ("portrait.jpg", 120, [59, 40]),
    ("landscape.jpeg", 48, 48),
    ("large.jpg", 32, 32),
    ("large.jpg", 90, [40, 44]),
    ("large.jpg", 180, [13, 200]),
    ("small.png", 40, 40),
    ("small.png", [93, 41], [64, 48]),
    ("small.png", None, [27, 27]),
    ("small.png", None, [40, 33]),
    *((name, None, None) for name in [
        "grey.png", "grey.jpg", "palette.png", "alpha.png", "grey_alpha.png", "palette_alpha.png", "bits.png", "cmyk.jpg",
        "turned.jpg", "deep.png", "picture.webp", "picture.gif", "picture.tif",
    ]),
    *((name, 33, 33) for name in [
        "grey.png", "palette.png", "alpha.png", "palette_alpha.png", "bits.png", "cmyk.jpg", "turned.jpg",
    ]),
]


def pixels_of(name, resize, crop, interpolation):
    image = pil_loader(FOLDER / name)
    if resize is not None:
        image = Resize(resize, interpolation)(image)
    if crop is not None:
        image = CenterCrop(crop)(image)
    return np.asarray(image)


if __name__ == "__main__":
    make_pictures()
    cases, parts = [], []
    for name, resize, crop in CASES:
        both = resize is not None and name in ("landscape.png", "large.jpg")
        for interpolation in ["bilinear", "bicubic"] if both else ["bilinear"]:
            pixels = pixels_of(name, resize, crop, InterpolationMode(interpolation))
            options = {"resize": resize, "crop": crop, "interpolation": interpolation}
            cases.append({"name": name, **{k: v for k, v in options.items() if v is not None}, "size": pixels.shape[:2]})
            parts.append(pixels.tobytes())
    (HERE / "images.json").write_text(json.dumps(cases, indent=1) + "\n")
    (HERE / "images.bin").write_bytes(b"".join(parts))
