"""Writes augment.json and augment.bin: small photo-like images, and what torchvision's functional ops make of them on PIL.

Each case names an op of tests/augment/reference.ts with its parameters; its pixels lie in augment.bin, one case after the
other, after the images' own. Torchvision's tables of magnitudes are in augment.json too. Run with Debian's
python3-torchvision: /usr/bin/python3 tests/reference/augment.py
"""
import json
import pathlib

import numpy as np
import PIL
import torch
import torchvision
from PIL import Image
from torchvision.transforms import InterpolationMode, RandAugment, TrivialAugmentWide, autoaugment
from torchvision.transforms import functional as F

from lcg import uniform

torch.set_num_threads(1)


def photo(width, height, seed):
    """Noise of three grain sizes, smoothed: broad shapes, finer ones, and a little grain; some of it over and under."""
    total = np.zeros((height, width, 3))
    for k, (cells, share) in enumerate([(3, 100), (9, 45), (24, 12)]):
        grid = uniform(cells * cells * 3, seed + k).reshape(cells, cells, 3)
        layer = torch.from_numpy(grid.transpose(2, 0, 1)[None].copy())
        layer = torch.nn.functional.interpolate(layer, (height, width), mode="bicubic", align_corners=False)
        total += share * layer[0].numpy().transpose(1, 2, 0)
    return Image.fromarray(np.clip(128 + 1.2 * total, 0, 255).astype(np.uint8))


IMAGES = [photo(37, 29, 1), photo(24, 24, 11)]
MODES = {"nearest": InterpolationMode.NEAREST, "bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC}
cases, outputs = [], []


def add(op, image, picture, **parameters):
    cases.append({"op": op, "image": image, **parameters})
    outputs.append(np.asarray(picture, dtype=np.uint8))


def size(i):
    return [IMAGES[i].height, IMAGES[i].width]


def colours(i):
    image = IMAGES[i]
    for op, change, amounts in [
        ("brighten", F.adjust_brightness, [0.0, 0.37, 1.0, 1.83]),
        ("contrast", F.adjust_contrast, [0.0, 0.41, 1.77]),
        ("saturate", F.adjust_saturation, [0.0, 0.63, 1.9]),
        ("turnHue", F.adjust_hue, [-0.37, 0.11, 0.5]),
        ("posterize", F.posterize, [0, 2, 5, 8]),
        ("solarize", F.solarize, [0.0, 127.5, 128.0, 255.0]),
    ]:
        for amount in amounts:
            add(op, i, change(image, amount), amount=amount)
    for amount in [0.0, 0.45, 1.0, 1.9]:
        add("sharpen", i, F.adjust_sharpness(image, amount), amount=amount)
    add("invert", i, F.invert(image))
    add("autocontrast", i, F.autocontrast(image))
    add("equalize", i, F.equalize(image))
    add("toGrey", i, F.to_grayscale(image, 3))
    add("flipHorizontal", i, F.hflip(image))
    add("flipVertical", i, F.vflip(image))
    for kernel, sigma in [(3, 0.6), (5, 1.3), (9, 2.0), (13, 0.35)]:
        add("blur", i, F.gaussian_blur(image, kernel, sigma), kernel=kernel, sigma=sigma)


def moves(i):
    image = IMAGES[i]
    h, w = size(i)
    for name in ["nearest", "bilinear"]:
        mode = MODES[name]
        for angle, fill in [(0.0, 0), (12.3, 0), (-77.0, [9, 200, 60]), (90.0, 7), (180.0, 0), (270.0, 0)]:
            add("rotate", i, F.rotate(image, angle, mode, fill=fill), amount=angle, interpolation=name, fill=fill)
        for angle, shift, scale, shear, fill in [
            (0.0, [0, 0], 1.0, [0.0, 0.0], 0),
            (0.0, [-5, 3], 1.0, [0.0, 0.0], [1, 2, 3]),
            (0.0, [2, 0], 0.7, [0.0, 0.0], 0),
            (21.0, [4, -2], 1.25, [8.0, -11.0], [120, 0, 255]),
            (-163.0, [0, 0], 0.83, [-20.0, 5.0], 0),
        ]:
            picture = F.affine(image, angle, shift, scale, shear, interpolation=mode, fill=fill)
            affine = {"angle": angle, "shift": shift, "scale": scale, "shear": shear}
            add("affine", i, picture, affine=affine, interpolation=name, fill=fill)
        for corners, fill in [
            ([[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]], 0),
            ([[3, 1], [w - 4, 2], [w - 2, h - 5], [1, h - 3]], [10, 20, 30]),
            ([[8, 6], [w - 1, 0], [w - 9, h - 2], [0, h - 7]], 0),
        ]:
            picture = F.perspective(image, [[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]], corners, mode, fill=fill)
            add("perspective", i, picture, corners=corners, interpolation=name, fill=fill)
    for name in ["nearest", "bilinear", "bicubic"]:
        for top, left, height, width in [(0, 0, h, w), (2, 5, 20, 13), (h - 7, 0, 7, w), (11, 9, 1, 1), (1, 1, h - 1, w - 1)]:
            picture = F.resized_crop(image, top, left, height, width, [h, w], MODES[name])
            box = {"top": top, "left": left, "height": height, "width": width}
            add("crop", i, picture, box=box, interpolation=name)


def operations(i):
    """Every operation as torchvision's policies apply it, at some of their strengths."""
    names = {"Color": "saturation", "AutoContrast": "autocontrast"}
    for op, magnitudes in {
        "ShearX": [-0.27, 0.9],
        "ShearY": [0.13, -0.99],
        "TranslateX": [5.9, -11.2],
        "TranslateY": [-3.999, 8.0],
        "Rotate": [-24.0, 108.0],
        "Brightness": [0.27, -0.99],
        "Color": [-0.36],
        "Contrast": [0.54],
        "Sharpness": [0.81],
        "Posterize": [3.0],
        "Solarize": [178.5],
        "AutoContrast": [0.0],
        "Equalize": [0.0],
        "Invert": [0.0],
        "Identity": [0.0],
    }.items():
        for magnitude in magnitudes:
            picture = autoaugment._apply_op(IMAGES[i], op, magnitude, MODES["nearest"], None)
            name = names.get(op, op[0].lower() + op[1:])
            add("operation", i, picture, name=name, magnitude=magnitude, interpolation="nearest", fill=0)


def tables(space):
    return {name: [float(v) for v in values] if values.ndim else None for name, (values, _) in space.items()}


for i in range(len(IMAGES)):
    colours(i)
    moves(i)
operations(0)

sizes = [[29, 37], [64, 64], [300, 224]]
result = {
    "made_with": {"torchvision": torchvision.__version__, "torch": torch.__version__, "pillow": PIL.__version__},
    "sizes": [size(i) for i in range(len(IMAGES))],
    "cases": cases,
    "rand": [{"size": s, "tables": tables(RandAugment()._augmentation_space(31, tuple(s)))} for s in sizes],
    "wide": tables(TrivialAugmentWide()._augmentation_space(31)),
    "signed": [name for name, (_, signed) in RandAugment()._augmentation_space(31, (29, 37)).items() if signed],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(result, separators=(",", ":")) + "\n")
data = b"".join(np.asarray(image).tobytes() for image in IMAGES) + b"".join(output.tobytes() for output in outputs)
path.with_suffix(".bin").write_bytes(data)
print(path, path.stat().st_size, len(data), len(cases))
