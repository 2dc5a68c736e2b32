"""Trains a network for pictures with several seeds in BigEggs and in PyTorch, and compares the test accuracy.

    make learning                                                   # mobile, on pictures that it draws
    make learning LEARNING="--data cifar-10 --images 10000"         # on CIFAR-10's images (BIGEGGS_DATA), enlarged
    make learning LEARNING="--recipe resnet18 --data DIR --seeds 3" # on pictures in DIR/train/CLASS and DIR/test/CLASS

Both train on the same pixels with the same transformations: PyTorch gets the batches of our Python generator with the
same seed. Initial weights are drawn from the same distributions, but differ, and so do the results. The difference of
the means should be within twice its standard error.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytorch_pictures
import torch
from PIL import Image

import bigeggs

ROOT = Path(__file__).resolve().parents[2]
BIGEGGS = ROOT / ".build/release/bigeggs"
BATCH = 64
#: The recipes' augmentation.
GENERATOR = {"horizontal_flip": True, "random_resized_crop": 0.25, "color_jitter": 0.3}


def made_pictures(directory: Path, side: int) -> Path:
    """Makes 4,000 square pictures of ten classes, a quarter of them for testing; `side` is in pixels."""
    subprocess.run(
        [sys.executable, ROOT / "Tests/Pictures/shapes.py", directory, "--classes", "10", "--pictures", "4000",
         "--test", "0.25", "--size", f"{side}x{side}"], check=True, stdout=subprocess.DEVNULL)
    return directory


def enlarged_images(directory: Path, side: int, count: int) -> Path:
    """Writes CIFAR-10's first `count` training images and all test images as pictures, enlarged to `side` pixels."""
    for split, images in zip(("train", "test"), bigeggs.datasets.cifar10.load_data()):
        for number, (pixels, label) in enumerate(zip(*images)):
            if split == "train" and number == count:
                break
            folder = directory / split / f"{label.item()}"
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC).save(folder / f"{number:05}.png")
    return directory


def pictures(directory: Path, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the pixels of all pictures of a split, as the command decodes them, and their labels.

    `directory` has a folder for each class.
    """
    from bigeggs_pictures import decode

    classes = sorted(path.name for path in directory.iterdir())
    files = [(str(file), label) for label, name in enumerate(classes) for file in sorted((directory / name).iterdir())]
    pixels = np.empty((len(files), side, side, 3), dtype=np.uint8)
    problems = [text for text in decode(memoryview(pixels).cast("B"), [file for file, _ in files], side)
                if isinstance(text, str)]
    if problems:
        sys.exit(f"error: {problems[0]}")
    return pixels, np.array([label for _, label in files])


def ours(options: argparse.Namespace, data: Path, seed: int, out: Path) -> float:
    """Trains with the command and returns the test accuracy."""
    trained = subprocess.run(
        [BIGEGGS, "train", "--recipe", options.recipe, "--data", data, "--image-size", str(options.image_size),
         "--epochs", str(options.epochs), "--batch-size", str(BATCH), "--seed", str(seed), "--precision",
         options.precision, "--out", out],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        # The pictures are temporary: they do not belong in the user's cache.
        env=os.environ | {"XDG_CACHE_HOME": str(out.parent / "cache")})
    if trained.returncode:
        sys.exit(trained.stderr.strip().splitlines()[-1])
    return json.loads((out / "training.json").read_text())["results"]["evaluation"]["accuracy"]


def scaled(pixels: np.ndarray) -> torch.Tensor:
    images = torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), dtype=np.float32) / np.float32(255))
    return images.contiguous(memory_format=torch.channels_last)


def theirs(options: argparse.Namespace, train: tuple, test: tuple, seed: int) -> float:
    """Trains in the same way in PyTorch, in float32, and returns the test accuracy.

    `train` and `test` are pixels and labels.
    """
    torch.manual_seed(seed)
    classes = int(train[1].max()) + 1
    model = pytorch_pictures.NETWORKS[options.recipe](classes).to(memory_format=torch.channels_last)
    for module in model.modules():
        # The initial weights are distributed as in Keras. It counts all channels of a depthwise kernel as inputs, and
        # PyTorch does not.
        if isinstance(module, torch.nn.Conv2d):
            deviation = (2 / (module.in_channels * module.weight[0, 0].numel())) ** 0.5 / 0.87962566
            torch.nn.init.trunc_normal_(module.weight, std=deviation, a=-2 * deviation, b=2 * deviation)
        if isinstance(module, torch.nn.Linear):
            torch.nn.init.xavier_uniform_(module.weight)
            torch.nn.init.zeros_(module.bias)
    optimizer = pytorch_pictures.optimizer(model)
    flow = bigeggs.ImageDataGenerator(**GENERATOR).flow(*train, batch_size=BATCH, seed=seed)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 2e-3, total_steps=options.epochs * len(flow), cycle_momentum=False)
    loss = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
    for _ in range(options.epochs * len(flow)):
        pixels, labels = next(flow)
        optimizer.zero_grad()
        loss(model(scaled(pixels)), torch.from_numpy(labels)).backward()
        optimizer.step()
        schedule.step()
    model.eval()
    with torch.no_grad():
        found = [model(scaled(test[0][first:first + 256])).argmax(1) for first in range(0, len(test[0]), 256)]
    return float((torch.cat(found).numpy() == test[1]).mean())


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="learning.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", choices=list(pytorch_pictures.NETWORKS), default="mobile")
    parser.add_argument("--data", metavar="DIR", help="train/CLASS and test/CLASS, or cifar-10 (default: drawn for it)")
    parser.add_argument("--images", type=int, default=10_000, help="training images of CIFAR-10 (default: 10000)")
    parser.add_argument("--image-size", type=int, default=64, help="in pixels (default: 64)")
    parser.add_argument("--epochs", type=int, default=20, help="(default: 20)")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each system (default: 3)")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32",
                        help="of BigEggs (default: float32)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    if options.seeds < 2:
        parser.error("--seeds must be at least 2: with one the noise is unknown")

    with tempfile.TemporaryDirectory(prefix="bigeggs-learning-") as scratch:
        made = Path(scratch) / "pictures"
        if options.data is None:
            data = made_pictures(made, options.image_size)
        elif options.data == "cifar-10":
            data = enlarged_images(made, options.image_size, options.images)
        else:
            data = Path(options.data)
        train, test = (pictures(data / split, options.image_size) for split in ("train", "test"))
        accuracies: dict[str, list[float]] = {"BigEggs": [], "PyTorch": []}
        start = time.monotonic()
        for seed in range(1, options.seeds + 1):
            for system, trained in (
                ("BigEggs", lambda: ours(options, data, seed, Path(scratch) / f"out-{seed}")),
                ("PyTorch", lambda: theirs(options, train, test, seed)),
            ):
                accuracies[system].append(trained())
                done = sum(map(len, accuracies.values()))
                left = (time.monotonic() - start) / done * (2 * options.seeds - done)
                print(f"seed {seed}, {system}: {accuracies[system][-1]:.2%} ({left / 60:.1f} min left)",
                      file=sys.stderr, flush=True)

    means = {system: float(np.mean(found)) for system, found in accuracies.items()}
    difference = means["BigEggs"] - means["PyTorch"]
    error = float(np.sqrt(sum(np.var(found, ddof=1) / len(found) for found in accuracies.values())))
    within = abs(difference) <= 2 * error
    result = {
        "recipe": options.recipe, "imageSize": options.image_size, "epochs": options.epochs,
        "trainImages": len(train[0]), "testImages": len(test[0]), "accuracies": accuracies,
        "difference": difference, "standardError": error,
        "withinNoise": within, "threads": os.cpu_count(),
    }
    if options.json:
        print(json.dumps(result, indent=1))
        return
    print(f"{options.recipe} at {options.image_size} pixels, {len(train[0]):,} pictures, {options.epochs} epochs, "
          f"{len(test[0]):,} test pictures")
    for system, found in accuracies.items():
        print(f"  {system}: mean {means[system]:.2%} ({', '.join(f'{value:.2%}' for value in found)})")
    print(f"The difference is {100 * difference:+.2f} points, its standard error {100 * error:.2f}: "
          + ("within noise" if within else "more than noise"))


if __name__ == "__main__":
    main()
