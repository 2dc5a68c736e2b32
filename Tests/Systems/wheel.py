"""Uses the wheel as a new user does, in a fresh virtual environment with the wheel and Pillow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

import bigeggs
from bigeggs import layers

random = np.random.default_rng(7)
labels = random.integers(0, 2, 512).astype(np.int32)
# Images with label 1 are bright, those with label 0 dark.
images = (random.integers(0, 128, (512, 16, 16, 3)) + 127 * labels[:, None, None, None]).astype(np.uint8)

model = bigeggs.Sequential(
    [
        layers.Rescaling(1 / 255), layers.Conv2D(8, 3, padding="same", activation="relu"), layers.MaxPooling2D(),
        layers.Flatten(), layers.Dense(2, activation="softmax"),
    ], seed=1)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(images, labels, batch_size=32, epochs=4, validation_data=(images, labels))
loss, accuracy = model.evaluate(images, labels, verbose=0)
assert accuracy > 0.99, accuracy

model.class_names = ["dark", "bright"]
model.save("model.safetensors")
loaded = bigeggs.models.load_model("model.safetensors")
assert loaded.class_names == ["dark", "bright"]
assert np.array_equal(loaded.predict(images, verbose=0), model.predict(images, verbose=0))
model.export("model.onnx")

Image.fromarray(random.integers(0, 255, (60, 80, 3), dtype=np.uint8)).save("photo.png")
said = subprocess.run(
    [sys.executable, "-m", "bigeggs", "predict", "photo.png"], capture_output=True, text=True, check=True).stdout
assert "The network knows airplane" in said, said
print(said)

library = Path(bigeggs._library._library._name)
assert library.is_relative_to(Path(bigeggs.__file__).parent), library
assert library.parent.name == os.environ.get("BIGEGGS_LEVEL", library.parent.name), library
print(f"BigEggs {bigeggs.__version__} trained, saved, loaded and predicted, with {library}")
