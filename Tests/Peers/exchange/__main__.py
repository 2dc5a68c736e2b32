"""Runs our ONNX files in onnxruntime, and exchanges weights with safetensors: the first part of `make exchange`.

Prints a line per comparison: the largest error, the allowed error, and the number of cases. Each run prints its
seed, which is new unless --seed names one.
"""

import argparse
import pathlib
import secrets
import sys
import tempfile

import numpy

from exchange import onnx_files, safetensors_files
from exchange.model import images, trained
from parity.ledger import Ledger


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="exchange")
    parser.add_argument("--seed", type=int, help="the seed of random models (default: a new one)")
    options = parser.parse_args()
    seed = secrets.randbits(32) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    ledger, (pixels, data) = Ledger(), images()
    model, origin = trained(data)
    print(f"onnx {onnx_files.onnx.__version__}, onnxruntime {onnx_files.onnxruntime.__version__}, "
          f"the report's network after {origin}, {data.name}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        onnx_files.fields(ledger)
        onnx_files.report_network(ledger, directory, model, pixels)
        onnx_files.drawn_models(ledger, numpy.random.default_rng(seed), directory)
        safetensors_files.both_ways(ledger, directory, model)
    ledger.print_new(explain=False)
    if ledger.failed:
        print(f"{len(ledger.failed)} of {len(ledger.entries)} comparisons FAILED; repeat with --seed {seed}")
    return bool(ledger.failed)


if __name__ == "__main__":
    sys.exit(main())
