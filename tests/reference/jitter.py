"""Writes jitter.json: a random 16 x 16 image, and torchvision's brightness, contrast, saturation and hue of it on PIL.

Run with Debian's python3-torchvision: /usr/bin/python3 tests/reference/jitter.py
"""
import json
import pathlib

import numpy as np
import PIL
import torchvision
from PIL import Image
from torchvision.transforms import functional as F

rng = np.random.default_rng(7)
noise = rng.integers(0, 256, (16, 16, 3))
ramp = np.stack(np.meshgrid(np.arange(16) * 16, np.arange(16) * 16), -1)
image = noise.astype(np.uint8)
image[4:12, :, :2] = ramp[4:12]  # smooth colours beside the noise
picture = Image.fromarray(image)

cases = []
for name, change, amounts in [
    ("brighten", F.adjust_brightness, [0.5, 1.3, 1.5]),
    ("contrast", F.adjust_contrast, [0.5, 0.9, 1.5]),
    ("saturate", F.adjust_saturation, [0.5, 1.2, 1.5]),
    ("turnHue", F.adjust_hue, [-0.5, -0.2, 0.1, 0.4]),
]:
    for amount in amounts:
        cases.append({"name": name, "amount": amount, "pixels": np.asarray(change(picture, amount)).flatten().tolist()})

result = {
    "made_with": {"torchvision": torchvision.__version__, "pillow": PIL.__version__},
    "image": image.flatten().tolist(),
    "cases": cases,
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(result, separators=(",", ":")) + "\n")
print(path, path.stat().st_size)
