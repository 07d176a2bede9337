"""Sharpens images and equalizes their lightness as maskfold's steps clahe and sharpenEdges do, with OpenCV between Pillow's
decoder and encoder, in some processes of one thread each. Prints a JSON line.

    python3 tests/bench/preprocess_reference.py --out DIR --processes 2 < list of files

`--lab bytes` rounds a* and b* to bytes on the way, as OpenCV does with byte images; `--lab float` keeps them, as maskfold does.
Debian: apt-get install python3-opencv python3-pil
"""

import argparse
import json
import multiprocessing
import pathlib
import resource
import sys
import time

import cv2
import numpy as np
from PIL import Image, __version__ as pillow_version

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--out", required=True, help="folder for the files; it must be there")
parser.add_argument("--processes", type=int, default=2)
parser.add_argument("--lab", default="bytes", choices=["bytes", "float"])
flags = parser.parse_args()

cv2.setNumThreads(1)
equalizer = cv2.createCLAHE(clipLimit=2, tileGridSize=(8, 8))


def clahe_bytes(image):
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2Lab)
    lab[:, :, 0] = equalizer.apply(lab[:, :, 0])
    return cv2.cvtColor(lab, cv2.COLOR_Lab2RGB)


def clahe_float(image):
    lab = cv2.cvtColor(image.astype(np.float32) * np.float32(1 / 255), cv2.COLOR_RGB2Lab)
    before = cv2.convertScaleAbs(lab[:, :, 0], alpha=2.55)
    change = cv2.subtract(equalizer.apply(before), before, dtype=cv2.CV_32F)
    lab[:, :, 0] += change * np.float32(1 / 2.55)
    return cv2.convertScaleAbs(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), alpha=255)


def sharpen(image):
    luma = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    change = cv2.subtract(luma, cv2.GaussianBlur(luma, (7, 7), 1), dtype=cv2.CV_16S)
    return cv2.add(image, cv2.merge([change, change, change]), dtype=cv2.CV_8U)


def process(job):
    source, target = job
    image = np.asarray(Image.open(source).convert("RGB"))
    image = sharpen(clahe_bytes(image) if flags.lab == "bytes" else clahe_float(image))
    Image.fromarray(image).save(target, "JPEG", quality=95, subsampling=0)


if __name__ == "__main__":
    sources = sys.stdin.read().split("\n")
    sources = [source for source in sources if source]
    jobs = [(source, str(pathlib.Path(flags.out) / f"{i}.jpg")) for i, source in enumerate(sources)]
    started = time.perf_counter()
    with multiprocessing.Pool(flags.processes) as pool:
        pool.map(process, jobs, chunksize=16)
        seconds = time.perf_counter() - started
        pool.close()
        pool.join()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({
        "program": "opencv",
        "images": len(jobs),
        "seconds": seconds,
        "onProcessor": usage.ru_utime + usage.ru_stime,
        "versions": {"opencv": cv2.__version__, "pillow": pillow_version},
    }))
