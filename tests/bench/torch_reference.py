"""Times PyTorch as bench.ts times maskfold: training steps (forward, cross entropy, backward, Adam) or inference of a
torchvision model on random pixels, and copying on the device. Prints a JSON line with the same fields.

    python3 tests/bench/torch_reference.py --what train --model efficientnet_b0 --size 64 --batch 16 --threads 2
    python3 tests/bench/torch_reference.py --device cuda --amp float16 --size 224 --batch 64 --read-every 8
"""

import argparse
import contextlib
import json
import math
import platform
import resource
import statistics
import time

import torch

# torchvision's RegNetY-800MF is a little wider than timm's (6.43 against 6.26 million parameters).
TIMM_NAMES = {"mobilenetv3_large_100": "mobilenet_v3_large", "regnety_008": "regnet_y_800mf"}

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--what", default="train", choices=["train", "infer", "load", "copy"])
parser.add_argument("--model", default="efficientnet_b0", help="its name, torchvision's or timm's")
parser.add_argument("--size", type=int, default=64, help="side of the images in pixels")
parser.add_argument("--batch", type=int, default=16, help="images in a step")
parser.add_argument("--threads", type=int, default=2, help="threads on the CPU")
parser.add_argument("--steps", type=int, default=20, help="steps that are timed, at most")
parser.add_argument("--seconds", type=float, default=math.inf, help="end after so many, if three blocks were timed")
parser.add_argument("--read-every", type=int, default=1, help="steps with one read-back, timed together")
parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
parser.add_argument("--layout", default="channels_last", choices=["channels_last", "contiguous"])
parser.add_argument("--amp", default="none", choices=["none", "float16", "bfloat16"], help="mixed precision")
parser.add_argument("--tf32", action="store_true", help="CUDA: let float32 products round to TF32")
parser.add_argument("--json", action="store_true", help="changes nothing: it always prints JSON")
flags = parser.parse_args()

CLASSES = 10
on_cuda = flags.device == "cuda"
torch.set_num_threads(flags.threads)
torch.manual_seed(1)
torch.backends.cudnn.benchmark = True
torch.backends.cuda.matmul.allow_tf32 = flags.tf32
torch.backends.cudnn.allow_tf32 = flags.tf32


def wait():
    if on_cuda:
        torch.cuda.synchronize()


def peak_memory_mib():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (2**20 if platform.system() == "Darwin" else 2**10)


def device_name():
    if on_cuda:
        return torch.cuda.get_device_name()
    return f"CPU, {flags.threads} thread{'s' if flags.threads > 1 else ''}"


def show(**fields):
    versions = {"torch": torch.__version__, "python": platform.python_version()}
    if on_cuda:
        versions["cuda"] = torch.version.cuda
        versions["cudnn"] = str(torch.backends.cudnn.version())
    if flags.what != "copy":
        import torchvision

        versions["torchvision"] = torchvision.__version__
    print(json.dumps({
        "program": "torch",
        "what": flags.what,
        "model": flags.model,
        "size": flags.size,
        "batch": flags.batch,
        "backend": flags.device,
        "device": device_name(),
        "kernels": flags.layout + ("" if flags.amp == "none" else f", AMP {flags.amp}") + (", TF32" if flags.tf32 else ""),
        "threads": flags.threads,
        **fields,
        "peakMemoryMiB": peak_memory_mib(),
        **({"gpuMemoryMiB": torch.cuda.max_memory_reserved() // 2**20} if on_cuda else {}),
        "versions": versions,
    }))


def copy_bandwidth():
    """GB a second, reads and writes counted."""
    source = torch.zeros(2**27 if on_cuda else 2**25, device=flags.device)
    copy = torch.empty_like(source)
    best = math.inf
    for _ in range(4):
        wait()
        start = time.perf_counter()
        for _ in range(10):
            copy.copy_(source)
        wait()
        best = min(best, (time.perf_counter() - start) / 10)
    return 2 * 4 * source.numel() / best / 1e9


class Packed(torch.utils.data.Dataset):
    """Images that are decoded and cropped already, in a file, as maskfold packs them; baseline's augmentation."""

    def __init__(self, path, count):
        import numpy
        from torchvision import transforms

        generator = numpy.random.default_rng(1)
        self.images = numpy.memmap(path, numpy.uint8, "w+", shape=(count, flags.size, flags.size, 3))
        self.images[:] = generator.integers(0, 256, self.images.shape, numpy.uint8)
        self.change = transforms.Compose([
            transforms.ColorJitter(0.5, 0.5, 0.5, 0.5),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ])

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        from PIL import Image

        return self.change(Image.fromarray(self.images[i])), i % CLASSES


def make_loading():
    """What waits for one batch of a DataLoader with one worker."""
    import tempfile

    file = tempfile.NamedTemporaryFile()
    loader = torch.utils.data.DataLoader(
        Packed(file.name, 40 * flags.batch), flags.batch, shuffle=True, num_workers=1, persistent_workers=True
    )

    def batches():
        while True:
            yield from loader

    source = batches()

    def step():
        next(source)
        file.name  # stays as long as this is used

    return step


def make_step():
    """What does one step and gives its loss, or nothing in inference, without waiting for it."""
    import torchvision

    layout = torch.channels_last if flags.layout == "channels_last" else torch.contiguous_format
    name = TIMM_NAMES.get(flags.model, flags.model.removeprefix("tf_"))
    model = getattr(torchvision.models, name)(weights=None, num_classes=CLASSES)
    model = model.to(flags.device, memory_format=layout).train(flags.what == "train")
    x = torch.randn(flags.batch, 3, flags.size, flags.size).to(flags.device).contiguous(memory_format=layout)
    targets = (torch.arange(flags.batch) % CLASSES).to(flags.device)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    scaler = torch.cuda.amp.GradScaler(enabled=flags.amp == "float16" and on_cuda)

    def precision():
        if flags.amp == "none":
            return contextlib.nullcontext()
        return torch.autocast(flags.device, getattr(torch, flags.amp))

    def train():
        optimizer.zero_grad(set_to_none=True)
        with precision():
            loss = torch.nn.functional.cross_entropy(model(x), targets)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        return loss.detach()

    def infer():
        with torch.inference_mode(), precision():
            model(x)

    return train if flags.what == "train" else infer


def time_steps():
    step = make_loading() if flags.what == "load" else make_step()
    losses, times, processor_times = [], [], []

    def block(count, kept):
        wait()
        start, start_on_processor = time.perf_counter(), time.process_time()
        found = [step() for _ in range(count)]
        if flags.what == "train":
            losses.extend(torch.stack(found).tolist())
        wait()
        if kept:
            times.append(1000 * (time.perf_counter() - start) / count / flags.batch)
            processor_times.append(1000 * (time.process_time() - start_on_processor) / count / flags.batch)
        return count

    for _ in range(3):  # cuDNN tries its algorithms in the first
        start = time.perf_counter()
        block(1, False)
    step_time = time.perf_counter() - start
    size = 16 if flags.what == "load" else max(1, int(min(flags.read_every, flags.seconds / 3 / step_time)))
    if size > 1:
        block(size, False)
    done, end = 0, time.perf_counter() + flags.seconds
    while done < flags.steps and (len(times) < 3 or time.perf_counter() < end):
        done += block(min(size, flags.steps - done), True)
    show(
        steps=done,
        block=size,
        minMsPerImage=round(min(times), 3),
        medianMsPerImage=round(statistics.median(times), 3),
        processorMsPerImage=round(min(processor_times), 3),
        losses=[round(loss, 3) for loss in losses[:3]],
    )


if flags.what == "copy":
    show(gbPerSecond=round(copy_bandwidth(), 3))
else:
    time_steps()
