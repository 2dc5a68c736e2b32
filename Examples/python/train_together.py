"""Trains a small network with several processes: mpirun -np 2 python3 Examples/python/train_together.py

Every process runs this program. A library that is built but not installed is found in .build.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))

import bigeggs  # noqa: E402
from bigeggs import layers  # noqa: E402

world = bigeggs.world()

# The images have two classes; those of the second class are brighter on the left. Every process makes the same images.
random = np.random.default_rng(7)
y = random.integers(0, 2, 2000)
x = random.integers(0, 156, (2000, 16, 16, 3)).astype(np.uint8)
x[:, :, :8] += (60 * y).astype(np.uint8)[:, None, None, None]

model = bigeggs.Sequential([
    layers.Rescaling(1 / 255), layers.Conv2D(16, 3, padding="same", activation="relu"),
    layers.BatchNormalization(momentum=0.9), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(2, activation="softmax"),
], seed=7)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")

# Each process computes a part of the 128 images of a step. Only the first process shows the progress.
history = model.fit(x[:1600], y[:1600], validation_data=(x[1600:], y[1600:]), batch_size=128, epochs=3,
                    communicator=world)

if world.rank == 0:
    print(f"{world.size} processes: accuracy {history.history['val_accuracy'][-1]:.3f} on images not trained on")
