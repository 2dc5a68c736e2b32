"""Runs a turn of bench.py: the report's network in Keras on TensorFlow, by `fit` or `predict`.

The variant `graph` runs TensorFlow's graph; `XLA` compiles it with XLA (`jit_compile`).
"""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import tensorflow
from bench_turn import arguments, finish, noise, timed
from keras_network import network


def main():
    options = arguments()
    tensorflow.config.threading.set_intra_op_parallelism_threads(options.threads)
    tensorflow.config.threading.set_inter_op_parallelism_threads(options.threads)
    keras.utils.set_random_seed(7)
    if options.precision == "bfloat16":
        keras.config.set_dtype_policy("mixed_bfloat16")
    images, labels = noise(options.steps * options.batch_size)
    model = network(rescale=1 / 255, dtype="uint8")
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=options.variant == "XLA",
    )
    if options.work == "training":
        work = lambda: model.fit(images, labels, batch_size=options.batch_size, verbose=0)  # noqa: E731
    else:
        work = lambda: keras.ops.softmax(model.predict(images, batch_size=options.batch_size, verbose=0))  # noqa: E731
    work()
    seconds = [timed(work) for _ in range(options.rounds)]
    version = f"Keras {keras.__version__} on TensorFlow {tensorflow.__version__}"
    finish(len(images), seconds, version)


if __name__ == "__main__":
    main()
