"""Compares our library with Keras, PyTorch and NumPy on random inputs: `make parity`.

    make parity                                  # a fresh seed, printed
    make parity PARITY="--seed 1234"             # the same inputs again
    make parity PARITY="--only callbacks adam --explain"

Prints a line per comparison: the largest error, the allowed error, and the number of cases. Unless the line
says otherwise, an error is the largest difference in a tensor as a share of its greatest value. In a line that
ends in "error" and a number, this number is that share, and the largest error is a share of what is allowed for
each element. --explain gives the reason of each tolerance. Our library is called through its C interface, by
python/bigeggs.
"""

import os

# The peers read these variables once, when they are imported.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import argparse
import secrets
import sys
import time
import zlib


def groups():
    """Returns the groups by name: function, number of cases, and usual share of the time, in any unit."""
    from parity import augmentation, callbacks, further_layers, layers, optimizers, training

    return {
        "conv2d": (layers.convolutions, 40, 25),
        "dense": (layers.dense, 30, 6),
        "batch-normalization": (layers.batch_normalization, 30, 9),
        "max-pooling": (layers.max_pooling, 30, 8),
        "flatten": (layers.flatten_and_activation, 20, 8),
        "dropout": (layers.dropout, 20, 3),
        "activations": (further_layers.activations, 12, 12),
        "kernels": (further_layers.kernels, 36, 30),
        "average-pooling": (further_layers.average_pooling, 15, 8),
        "padding": (further_layers.padding_and_rescaling, 20, 8),
        "layer-normalization": (further_layers.layer_normalization, 24, 6),
        "batch-normalization-options": (further_layers.batch_normalization_options, 24, 6),
        "noise": (further_layers.noise, 10, 3),
        "joined": (further_layers.joined, 10, 4),
        "moving-statistics": (training.moving_statistics, 6, 12),
        "loss": (training.loss, 70, 3),
        "adam": (optimizers.adam, 8, 6),
        "optimizers": (optimizers.others, 18, 6),
        "schedules": (optimizers.schedules, 60, 3),
        "step-by-step": (training.step_by_step, 1, 8),
        "whole-gradient": (training.whole_gradient, 4, 40),
        "transforms": (augmentation.transforms, 800, 4),
        "flips": (augmentation.flips, 50, 1),
        "drawn-parameters": (augmentation.drawn, 20000, 4),
        "early-stopping": (callbacks.early_stopping, 3000, 12),
        "model-checkpoint": (callbacks.model_checkpoint, 1000, 5),
        "reduce-on-plateau": (callbacks.reduce_on_plateau, 3000, 10),
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="parity")
    parser.add_argument("--seed", type=int, help="the seed of all inputs (default: a new one)")
    parser.add_argument("--only", nargs="+", metavar="group", help="only these groups (--list names them)")
    parser.add_argument("--list", action="store_true", help="name the groups")
    parser.add_argument("--explain", action="store_true", help="say where each tolerance comes from")
    options = parser.parse_args()
    seed = secrets.randbits(32) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    print("Loading Keras and PyTorch …", file=sys.stderr, flush=True)

    import numpy

    from parity.ledger import Ledger

    known = groups()
    if options.list:
        print("\n".join(known))
        return 0
    chosen = options.only or list(known)
    if unknown := [name for name in chosen if name not in known]:
        parser.error(f"there is no group {', '.join(unknown)}: there are {', '.join(known)}")

    import keras

    keras.config.set_floatx("float64")
    ledger, start, done = Ledger(), time.monotonic(), 0
    total = sum(known[name][2] for name in chosen)
    for number, name in enumerate(chosen):
        function, cases, share = known[name]
        spent = time.monotonic() - start
        left = f", about {spent / done * (total - done):.0f} s left" if done else ""
        print(f"[{number + 1}/{len(chosen)}] {function.__doc__.splitlines()[0]} ({name}{left})",
              file=sys.stderr, flush=True)
        # A group's inputs do not depend on which other groups run.
        generator = numpy.random.default_rng([seed, zlib.crc32(name.encode())])
        keras.utils.set_random_seed(int(generator.integers(1 << 31)))
        function(ledger, generator, cases)
        ledger.print_new(options.explain)
        keras.backend.clear_session()
        done += share
    seconds = time.monotonic() - start
    again = f"repeat with --seed {seed}"
    if ledger.failed:
        print(f"{len(ledger.failed)} of {len(ledger.entries)} comparisons FAILED in {seconds:.0f} s; {again}:")
        print("\n".join(f"  {name}" for name in ledger.failed))
        return 1
    print(f"{len(ledger.entries)} comparisons hold, in {seconds:.0f} s; {again}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
