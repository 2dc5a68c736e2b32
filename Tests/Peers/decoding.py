"""Times how `bigeggs data` and torchvision decode a directory of JPEG pictures to small squares.

torchvision runs `decode_jpeg`, center crop and resize, once in a DataLoader with two workers and once in two threads.
The three take turns.

    decoding.py DIRECTORY [--image-size N] [--turns N]

Needs torch and torchvision from one source, such as `pip install torch==2.13.0 torchvision==0.28.0`: torchvision's
wheel does not load with PyTorch's CPU build. Our time is that of `bigeggs data` with an empty cache minus that with a
full one. It includes computing the files' checksums and writing the cache.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from torchvision.io import ImageReadMode, decode_jpeg, read_file
from torchvision.transforms import functional

PROGRAM = Path(__file__).resolve().parents[2] / ".build/release/bigeggs"


def square(file: Path, side: int) -> torch.Tensor:
    image = decode_jpeg(read_file(str(file)), mode=ImageReadMode.RGB)
    middle = functional.center_crop(image, [min(image.shape[1:])] * 2)
    return functional.resize(middle, [side, side], antialias=True)


class Squares(torch.utils.data.Dataset):
    def __init__(self, files: list[Path], side: int) -> None:
        self.files, self.side = files, side

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> torch.Tensor:
        return square(self.files[index], self.side)


def workers(files: list[Path], side: int) -> None:
    for _ in torch.utils.data.DataLoader(Squares(files, side), batch_size=64, num_workers=2):
        pass


def threads(files: list[Path], side: int) -> None:
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(lambda file: square(file, side).shape, files):
            pass


def seconds(body, *arguments) -> float:
    started = time.perf_counter()
    body(*arguments)
    return time.perf_counter() - started


def data(directory: Path, side: int, cache: str) -> None:
    subprocess.run(
        [PROGRAM, "data", "--data", directory, "--image-size", str(side)], check=True, capture_output=True,
        env=os.environ | {"XDG_CACHE_HOME": cache})


def ours(directory: Path, side: int) -> float:
    with tempfile.TemporaryDirectory() as cache:
        return seconds(data, directory, side, cache) - seconds(data, directory, side, cache)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--image-size", type=int, default=128)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    files = sorted(options.directory.rglob("*.jpg"))
    for file in files:  # Reads the files into the system's page cache.
        file.read_bytes()
    side, count = options.image_size, len(files)
    turns = [
        (ours(options.directory, side), seconds(workers, files, side), seconds(threads, files, side))
        for _ in range(options.turns)
    ]
    our, their_workers, their_threads = (statistics.median(column) for column in zip(*turns))
    print(f"{count} pictures to {side}×{side}, median of {options.turns} turns, pictures a second")
    print(f"bigeggs                  {count / our:8,.0f}")
    print(f"torchvision, 2 workers   {count / their_workers:8,.0f}   {their_workers / our:.2f} ×")
    print(f"torchvision, 2 threads   {count / their_threads:8,.0f}   {their_threads / our:.2f} ×")


if __name__ == "__main__":
    main()
