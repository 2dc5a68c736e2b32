"""Compares a wheel with `make build` on this machine: the weights after some steps, and images per second.

The two run in turns, N times each.

    compare.py WHEEL [--pairs N]

Exits with 1 if a weight differs in any bit, or if the wheel's library reaches less than 0.97 of the speed (median).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

TRAINING = """
import hashlib, json, sys, time
sys.path.insert(0, sys.argv[1])
import numpy as np
import bigeggs
random = np.random.default_rng(1)
images = random.integers(0, 256, (1280, 32, 32, 3), dtype=np.uint8)
labels = random.integers(0, 10, 1280).astype(np.int32)
model = bigeggs.pretrained("report", precision=sys.argv[2], threads=None)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(images, labels, batch_size=128, epochs=1, verbose=0)
digest = hashlib.sha256(b"".join(np.ascontiguousarray(w).tobytes() for w in model.get_weights())).hexdigest()
seconds = []
for _ in range(8):
    started = time.perf_counter()
    model.fit(images, labels, batch_size=128, epochs=1, verbose=0)
    seconds.append(time.perf_counter() - started)
# The fastest of eight: what else runs on the machine only ever takes time.
print(json.dumps({"weights": digest, "speed": len(images) / min(seconds)}))
"""


def trained(package: Path, precision: str, library: Path | None) -> dict[str, object]:
    """Trains with the package in the folder `package`, and with `library` or, without it, the package's own library.

    Returns the weights' hash and the images per second.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BIGEGGS_")}
    if library:
        environment["BIGEGGS_LIBRARY"] = str(library)
    command = [sys.executable, "-c", TRAINING, str(package), precision]
    found = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(found.stdout)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        zipfile.ZipFile(options.wheel).extractall(scratch)
        for precision in ("float32", "auto"):
            pairs = [
                (trained(Path(scratch), precision, None),
                 trained(Path(scratch), precision, ROOT / ".build/release/libbigeggs_c.so"))
                for _ in range(options.pairs)
            ]
            same = len({run["weights"] for pair in pairs for run in pair}) == 1
            ratios = sorted(wheel["speed"] / built["speed"] for wheel, built in pairs)
            ratio = statistics.median(ratios)
            failed |= not same or ratio < 0.97
            print(
                f"{precision}: {'the same bits' if same else 'OTHER BITS'}, the wheel at {ratio:.3f} of the speed of "
                f"make build ({', '.join(f'{value:.2f}' for value in ratios)})", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
