"""BigEggs: networks that classify images, trained fast on processors.

    (x_train, y_train), (x_test, y_test) = bigeggs.datasets.cifar10.load_data()
    model = bigeggs.Sequential([
        bigeggs.layers.Rescaling(1 / 255), bigeggs.layers.Conv2D(32, 3, activation="relu"),
        bigeggs.layers.Flatten(), bigeggs.layers.Dense(10, activation="softmax"),
    ], seed=7)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(x_train, y_train, validation_data=(x_test, y_test), batch_size=128, epochs=5)

Names and arguments are Keras's. `Input` and `Model` build a graph of layers, as in Keras's functional API:

    from bigeggs import layers
    images = bigeggs.Input((32, 32, 3))
    x = layers.Conv2D(3, 3, padding="same")(images)
    x = layers.Flatten()(layers.Add()([images, x]))
    model = bigeggs.Model(images, layers.Dense(10, activation="softmax")(x))

Data sets, recorded results and weights come as NumPy arrays:

    record = bigeggs.Record.open("report/records/04-plain-training.json")
    record["results.history.val_loss"].argmin()

    data = bigeggs.Dataset.open("auto")
    data.images("test")[0]                      # [height, width, channels], 0 to 255

These arrays are read-only views of the library's memory and keep it alive.

A Python process loads ``libbigeggs_c.so`` from the path in ``BIGEGGS_LIBRARY``. Without this variable it loads the
library that was installed with the package, or the one that ``swift build -c release`` made in the checkout. BigEggs's
executables, which run Python themselves, contain the library. The wheel has one build for AVX2 and one for AVX-512 and
loads the best that the processor supports; ``BIGEGGS_LEVEL=v3`` selects AVX2.
"""

from . import callbacks, datasets, layers, losses, models, optimizers, regularizers, statistics, utils
from ._graph import KerasTensor
from ._library import Error, NotFound, version
from .callbacks import History
from .communicator import Communicator, world
from .dataset import Dataset
from .layers import Input
from .models import Model, Sequential
from .preprocessing import ImageDataGenerator
from .pretrained import pretrained
from .record import Record
from .weights import Weights

#: The library's version.
__version__ = version()

__all__ = [
    "Communicator", "Dataset", "Error", "History", "ImageDataGenerator", "Input", "KerasTensor", "Model", "NotFound",
    "Record", "Sequential", "Weights", "callbacks", "datasets", "layers", "losses", "models", "optimizers", "pretrained",
    "regularizers", "statistics", "utils", "world",
]
