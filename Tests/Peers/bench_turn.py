"""Parses the arguments of a peer's turn, makes its data and prints its result. See bench.py."""

import argparse
import json
import statistics
import time

import numpy


def arguments():
    """Returns the arguments that bench.py passes to a turn."""
    parser = argparse.ArgumentParser(description="One turn of bench.py, in a process of its own.")
    parser.add_argument("--work", choices=["training", "inference"], required=True)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], required=True)
    parser.add_argument("--variant", required=True)
    parser.add_argument("--steps", type=int, required=True, help="batches in a round")
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--recipe", choices=["augmented", "fast", "resnet18", "mobile"], required=True)
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--image-size", type=int, default=32)
    return parser.parse_args()


def noise(count, side=32):
    """Returns random images, bytes `[count, side, side, 3]`, and their labels, int32 from 0 to 9."""
    random = numpy.random.default_rng(1)
    images = random.integers(0, 256, (count, side, side, 3), dtype="uint8")
    return images, numpy.arange(count, dtype="int32") % 10


def timed(work):
    """Returns the seconds that a call of `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def finish(images, seconds, version):
    """Prints the result as JSON: images per second in the median round, peak memory in bytes, and the version.

    `images` is the number of images in a round, `seconds` has the time of each round.
    """
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    result = {
        "images_per_second": images / statistics.median(seconds),
        "peak_memory_bytes": int(status["VmHWM"].split()[0]) * 1024,
        "version": version,
    }
    print(json.dumps(result))
