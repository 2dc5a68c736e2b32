"""Writes a small run as the sections would: a data set in CIFAR-10's layout, records and weights.

The numbers are made up, but resemble real ones. The tests draw figures and the report from them.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np

CIFAR10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
FASHION = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
]  # fmt: skip
ROOT = Path(__file__).resolve().parents[2]
#: The name of each section and a title for it, in the order of the report, as Swift passes them.
SECTIONS = [
    [script.parent.name, script.parent.name[3:].replace("-", " ").capitalize()]
    for script in sorted(ROOT.glob("notebooks/*/main.swift"))
]
#: The frequent confusions of both networks: (true class, predicted class, share of the errors of the true class).
CONFUSIONS = [(3, 5, 0.5), (5, 3, 0.6), (2, 0, 0.25), (4, 2, 0.3), (9, 1, 0.5), (0, 8, 0.4), (6, 3, 0.3), (7, 4, 0.3)]


def write_data_set(directory: Path, train: int = 250, test: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Writes five training files and a test file of random 32×32 images. Returns the labels of both splits."""
    directory.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(3)
    labels = [np.arange(number) % 10 for number in (train, test)]
    for split, numbers in zip(("data_batch_", "test_batch"), labels):
        coarse = generator.integers(0, 256, (len(numbers), 3, 4, 4), dtype=np.uint8)
        pixels = coarse.repeat(8, axis=2).repeat(8, axis=3).reshape(len(numbers), -1)
        records = np.column_stack([numbers.astype(np.uint8), pixels])
        if split == "test_batch":
            (directory / "test_batch.bin").write_bytes(records.tobytes())
            continue
        for part, rows in enumerate(np.array_split(records, 5), start=1):
            (directory / f"{split}{part}.bin").write_bytes(rows.tobytes())
    (directory / "batches.meta.txt").write_text("\n".join(CIFAR10) + "\n")
    return labels[0], labels[1]


def write_run(
    root: Path,
    train_labels: np.ndarray,
    test_labels: np.ndarray,
    *,
    profile: str = "full",
    stand_in: bool = False,
    official: bool = True,
    checksum: str = "md5:c32a1d4ab5d03f1284b67883e8d87530",
) -> Path:
    """Writes a record of each section and both weights files to `root`/records and `root`/weights."""
    generator = np.random.default_rng(7)
    common = {
        "data": data_of(train_labels, test_labels, stand_in, official, checksum),
        "settings": {"profile": profile, "seed": 7, "threads": 2, "precision": "float32", "batchSize": 128},
        "environment": {
            "processor": "AMD EPYC 9R14",
            "instructionSet": "AVX-512",
            "cores": 2,
            "oneDNN": "2.6.3",
            "swift": "6.3.1",
            "system": "Debian GNU/Linux 12 (bookworm)",
        },
    }
    results = {
        "01-data": data_results(train_labels, test_labels),
        "02-normalization": normalization_results(len(train_labels)),
        "03-augmentation": augmentation_results(generator, train_labels),
        "04-plain-training": training_results("plain", len(test_labels)),
        "05-augmented-training": training_results("augmented", len(test_labels)),
        "06-results": comparison_results(generator, test_labels),
        "07-demo": demo_results(generator, test_labels, stand_in),
        "08-beyond": {"study": None if stand_in else study_results(study_runs())},
        "09-fast": fast_results(generator, len(test_labels), stand_in),
    }
    titles = dict(SECTIONS)
    (root / "records").mkdir(parents=True, exist_ok=True)
    for number, (section, result) in enumerate(results.items()):
        run = {
            "date": f"2026-11-{20 + number}T09:00:00Z",
            "seconds": 12.5 + 100 * number,
            "command": f"swift run -c release {section}" + (" --profile full" if profile == "full" else ""),
        }
        record = {"section": section, "title": titles[section], **common, "run": run, "results": result}
        if section == "09-fast":
            record["settings"] = record["settings"] | {"batchSize": 2000, "epochs": 8, "images": len(train_labels)}
        (root / "records" / f"{section}.json").write_text(json.dumps(record, indent=2, sort_keys=True))
    for model in ("plain", "augmented"):
        write_weights(root / "weights" / f"{model}.safetensors", generator)
    write_weights(root / "weights" / "fast.safetensors", generator, size=2, filters=24)
    return root


def data_of(
    train_labels: np.ndarray, test_labels: np.ndarray, stand_in: bool, official: bool, checksum: str
) -> dict[str, object]:
    """Returns the description of the data set in a record."""
    return {
        "name": "Fashion-MNIST" if stand_in else "CIFAR-10",
        "file": "fashion-mnist" if stand_in else "cifar-10-binary.tar.gz",
        "checksum": checksum,
        "isOfficial": official and not stand_in,
        "isStandIn": stand_in,
        "statement": None if official else "The pixels were decoded from JPEG | <not> the original archive.\nLine two.",
        "classNames": FASHION if stand_in else CIFAR10,
        "imageShape": [32, 32, 3],
        "trainImages": len(train_labels),
        "testImages": len(test_labels),
    }


def data_results(train_labels: np.ndarray, test_labels: np.ndarray) -> dict[str, object]:
    """Makes the results of section 01."""
    return {
        "classCounts": {
            "train": np.bincount(train_labels, minlength=10).tolist(),
            "test": np.bincount(test_labels, minlength=10).tolist(),
        },
        "samples": {
            "split": "train",
            "indices": [np.flatnonzero(train_labels == label)[:10].tolist() for label in range(10)],
        },
    }


def normalization_results(images: int) -> dict[str, object]:
    """Makes the results of section 02 for this number of images."""
    values = np.arange(256)
    bumps = [np.exp(-(((values - middle) / 68) ** 2)) + 0.15 for middle in (130, 125, 100)]
    for bump in bumps:
        bump[255] += 1.6
        bump[0] += 0.5
    counts = [(bump / bump.sum() * images * 1024).astype(int).tolist() for bump in bumps]
    raw = history([2.3, 1.75, 1.5, 1.33, 1.21], [5.1, 2.2, 1.62, 1.75, 1.4], 0.25)
    scaled = history([1.9, 1.45, 1.22, 1.05, 0.93], [2.6, 1.6, 1.3, 1.22, 1.18], 0.3)
    return {
        "labelShapes": {"before": [images, 1], "after": [images]},
        "pixels": {
            "raw": {"minimum": 0, "maximum": 255, "mean": 120.708},
            "scaled": {"minimum": 0, "maximum": 1, "mean": 0.473366},
        },
        "histogram": {"channels": ["red", "green", "blue"], "counts": counts, "images": images},
        "comparison": {
            "images": 5000,
            "testImages": 2000,
            "epochs": 5,
            "steps": 200,
            "startLeft": 0.99**200,
            "raw": raw,
            "scaled": scaled,
            "rawPrecise": {"loss": 1.41, "accuracy": 0.452, "firstVariance": 21.3},
            "scaledPrecise": {"loss": 1.02, "accuracy": 0.5905, "firstVariance": 0.0004},
        },
    }


def history(loss: list[float], validation: list[float], start: float) -> dict[str, list[float]]:
    """Makes a history with accuracies that follow the losses. `start` lowers the accuracy on validation images."""
    return {
        "loss": loss,
        "val_loss": validation,
        "accuracy": [min(0.9995, math.exp(-0.8 * value)) for value in loss],
        "val_accuracy": [math.exp(-0.62 * value) * (1 - start / 10) for value in validation],
        "learning_rate": [0.001] * len(loss),
        "seconds": [40.25] * len(loss),
    }


def augmentation_results(generator: np.random.Generator, train_labels: np.ndarray) -> dict[str, object]:
    """Makes the results of section 03."""
    kinds = {
        "rotation": ("±15°", lambda: {"theta": generator.uniform(-15, 15)}),
        "zoom": ("0.9 to 1.1", lambda: dict(zip(("zx", "zy"), generator.uniform(0.9, 1.1, 2)))),
        "width shift": ("±10 % of the width", lambda: {"tx": generator.uniform(-3.2, 3.2)}),
        "height shift": ("±10 % of the height", lambda: {"ty": generator.uniform(-3.2, 3.2)}),
    }
    index = int(np.flatnonzero(train_labels == 7)[0])
    every = [draw for _, draw in kinds.values()]
    together = [transform(**{key: value for draw in every for key, value in draw().items()}) for _ in range(12)]
    return {
        "generator": {
            "rotationRange": 15,
            "zoomRange": 0.1,
            "widthShiftRange": 0.1,
            "heightShiftRange": 0.1,
            "shearRange": 0,
            "horizontalFlip": False,
            "verticalFlip": False,
            "fillMode": "nearest",
            "cval": 0,
        },
        "image": {"split": "train", "index": index, "label": 7},
        "alone": [
            {"name": name, "description": description, "samples": [transform(**draw()) for _ in range(6)]}
            for name, (description, draw) in kinds.items()
        ],
        "together": together,
        "microsecondsPerImage": 21.4,
    }


def transform(**given: float) -> dict[str, object]:
    """Returns the parameters of one transform; those that are not given change nothing."""
    neutral = {"theta": 0.0, "tx": 0.0, "ty": 0.0, "shear": 0.0, "zx": 1.0, "zy": 1.0}
    return {**neutral, "flipHorizontal": False, "flipVertical": False, **{k: float(v) for k, v in given.items()}}


LAYERS = [
    ("conv2d", "Conv2D", [32, 32, 32], 896, "relu"),
    ("batch_normalization", "BatchNormalization", [32, 32, 32], 128, None),
    ("max_pooling2d", "MaxPooling2D", [16, 16, 32], 0, None),
    ("flatten", "Flatten", [8192], 0, None),
    ("dense", "Dense", [512], 4194816, "relu"),
    ("dropout", "Dropout", [512], 0, None),
    ("dense_1", "Dense", [10], 5130, "softmax"),
]


def training_results(model: str, test_images: int) -> dict[str, object]:
    """Makes the results of section 04, "plain", or 05, "augmented"."""
    plain = model == "plain"
    epochs = np.arange(1, 18 if plain else 31)
    if plain:
        loss = 1.45 * np.exp(-epochs / 4.2) + 0.01
        rise, ripple = 0.014 * np.maximum(epochs - 9, 0), 0.05 * np.sin(epochs * 2.3) / epochs**0.5
        validation = 1.25 * np.exp(-epochs / 2.6) + 0.54 + rise + ripple
    else:
        loss = 1.35 * np.exp(-epochs / 7.0) + 0.14
        validation = 1.2 * np.exp(-epochs / 5.0) + 0.36 + 0.12 * np.sin(epochs * 1.7) / epochs**0.8
    run = history(loss.tolist(), validation.tolist(), 0.2)
    cuts = (12, 15) if plain else (15, 21, 26)
    run["learning_rate"] = [0.001 * 0.5 ** sum(epoch >= cut for cut in cuts) for epoch in epochs.tolist()]
    run["seconds"] = [(88.0 if plain else 91.0) + 0.3 * (epoch % 3) for epoch in epochs.tolist()]
    best = int(np.argmin(validation))
    result = {
        "layers": [
            {"name": name, "kind": kind, "outputShape": shape, "parameters": parameters, "activation": activation}
            for name, kind, shape, parameters, activation in LAYERS
        ],
        "parameterCount": sum(layer[3] for layer in LAYERS),
        "history": run,
        "bestEpoch": best + 1,
        "stoppedEpoch": len(epochs) if plain else None,
        "epochsRun": len(epochs),
        "epochLimit": 30,
        "overfitsFrom": best + 2 if plain else None,
        "evaluation": {"loss": run["val_loss"][best], "accuracy": run["val_accuracy"][best], "images": test_images},
        "finalTrain": {"loss": run["loss"][-1], "accuracy": run["accuracy"][-1]},
        "finalEpoch": {"val_loss": run["val_loss"][-1], "val_accuracy": run["val_accuracy"][-1]},
        "callbacks": [
            {"name": "EarlyStopping", "settings": {"monitor": "val_loss", "patience": 6, "restoreBestWeights": True}},
            {"name": "EarlyStopping", "settings": {"monitor": "val_accuracy", "patience": 6}},
            {"name": "ReduceLROnPlateau", "settings": {"monitor": "val_loss", "factor": 0.5, "patience": 2}},
        ],
        "trainingSeconds": sum(run["seconds"]),
        "imagesPerSecond": 565.2,
        "weights": {"file": f"{model}.safetensors", "sha256": "ab" * 32},
        "peakMemoryBytes": 812_345_678,
    }
    if not plain:
        result["generator"] = {"rotationRange": 15, "zoomRange": 0.1, "widthShiftRange": 0.1, "heightShiftRange": 0.1}
    return result


def comparison_results(generator: np.random.Generator, truth: np.ndarray) -> dict[str, object]:
    """Makes the results of section 06."""
    return {
        "plain": model_results(generator, truth, 0.82),
        "augmented": model_results(generator, truth, 0.88),
        "truth": truth.tolist(),
        "explained": {
            "layer": "conv2d_5",
            "right": [explained(generator, int(truth[index]), index, 0) for index in range(6)],
            "wrong": [explained(generator, int(truth[index]), index, 1 + index % 4) for index in range(7, 13)],
        },
    }


def explained(generator: np.random.Generator, truth: int, index: int, shift: int) -> dict[str, object]:
    """Describes an image with a map for the true class and one for the predicted class; each map has one blob.

    `shift` is the number of classes from the true one to the predicted one."""
    place, maps = np.arange(8), []
    for _ in range(2):
        row, column = generator.uniform(1, 7, 2)
        maps.append((3 * np.exp(-((place[:, None] - row) ** 2 + (place - column) ** 2) / 4)).tolist())
    return {
        "index": index,
        "truth": truth,
        "predicted": (truth + shift) % 10,
        "confidence": 0.9 if shift == 0 else 0.6,
        "probabilityOfTruth": 0.9 if shift == 0 else 0.3,
        "mapOfPredicted": maps[0],
        "mapOfTruth": maps[0] if shift == 0 else maps[1],
    }


def model_results(generator: np.random.Generator, truth: np.ndarray, skill: float) -> dict[str, object]:
    """Draws predictions with an accuracy of about `skill`, lower for birds, cats and dogs; returns their statistics."""
    chance = np.where(np.isin(truth, (2, 3, 5)), skill - 0.12, skill + 0.05)
    right = generator.random(len(truth)) < chance
    predicted = np.where(right, truth, [mistake(generator, int(label)) for label in truth])
    sure, unsure = generator.random(len(truth)), generator.random(len(truth))
    confidence = np.where(right, 1 - 0.45 * sure**3, 0.35 + 0.6 * unsure)
    confusion = np.zeros((10, 10), dtype=int)
    np.add.at(confusion, (truth, predicted), 1)
    return {
        "loss": 0.62 - 0.3 * (skill - 0.8) / 0.1,
        "accuracy": float((predicted == truth).mean()),
        "images": len(truth),
        "predicted": predicted.tolist(),
        "confidence": confidence.tolist(),
        "confusion": confusion.tolist(),
        "perClass": [class_result(truth, predicted, label) for label in range(10)],
        "confusedPairs": pairs(truth, predicted, confusion),
        "calibration": calibration(confidence, predicted == truth),
    }


def mistake(generator: np.random.Generator, label: int) -> int:
    """Draws a wrong class, mostly a similar one."""
    for truth, predicted, share in CONFUSIONS:
        if truth == label and generator.random() < share:
            return predicted
    return int((label + generator.integers(1, 10)) % 10)


def class_result(truth: np.ndarray, predicted: np.ndarray, label: int) -> dict[str, object]:
    """Returns a class's accuracy with Wilson's interval."""
    number = int((truth == label).sum())
    correct = int(((truth == label) & (predicted == label)).sum())
    low, high = wilson(correct / number, number)
    return {"accuracy": correct / number, "low": low, "high": high, "correct": correct, "count": number}


def wilson(share: float, number: int) -> tuple[float, float]:
    """Returns Wilson's 95 % interval of a share of `number` images."""
    z = 1.959964
    middle = (share + z * z / (2 * number)) / (1 + z * z / number)
    half = z / (1 + z * z / number) * math.sqrt(share * (1 - share) / number + z * z / (4 * number * number))
    return middle - half, middle + half


def pairs(truth: np.ndarray, predicted: np.ndarray, confusion: np.ndarray) -> list[dict[str, object]]:
    """Returns the six most frequent confusions, each with up to six examples."""
    wrong = confusion - np.diag(np.diag(confusion))
    most = np.argsort(-wrong, axis=None, kind="stable")[:6]
    return [
        {
            "truth": int(a),
            "predicted": int(b),
            "count": int(wrong[a, b]),
            "examples": np.flatnonzero((truth == a) & (predicted == b))[:6].tolist(),
        }
        for a, b in (divmod(int(place), 10) for place in most)
    ]


def calibration(confidence: np.ndarray, right: np.ndarray) -> dict[str, object]:
    """Divides predictions into ten bins of confidence; the values of empty bins are null."""
    bins, error = [], 0.0
    for low in np.arange(10) / 10:
        inside = (confidence > low) & (confidence <= low + 0.1)
        number = int(inside.sum())
        mean = float(confidence[inside].mean()) if number else None
        share = float(right[inside].mean()) if number else None
        error += number / len(right) * abs(mean - share) if number else 0
        ends = wilson(share, number) if number else (None, None)
        bins.append(
            {"low": low, "high": low + 0.1, "count": number, "confidence": mean, "accuracy": share}
            | dict(zip(("accuracyLow", "accuracyHigh"), ends))
        )
    return {"bins": bins, "expectedCalibrationError": error}


def demo_results(generator: np.random.Generator, truth: np.ndarray, stand_in: bool) -> dict[str, object]:
    """Makes the results of section 07."""
    demo = [prediction(generator, index, int(truth[index]), int(truth[index])) for index in range(25)]
    for place in (6, 16):
        demo[place] = prediction(generator, place, int(truth[place]), (int(truth[place]) + 2) % 10)
    birds = np.flatnonzero(truth == 2)
    airplanes = [prediction(generator, int(index), 2, 0) for index in birds[:9]]
    return {
        "demo": demo,
        "right": sum(each["truth"] == each["predicted"] for each in demo),
        "birdsAsAirplanes": None if stand_in else airplanes,
        "birdsAsAirplanesCount": None if stand_in else len(airplanes),
        "birds": None if stand_in else len(birds),
    }


def prediction(generator: np.random.Generator, index: int, truth: int, predicted: int) -> dict[str, object]:
    """Draws probabilities of the ten classes, of which `predicted` has the largest."""
    rest = generator.dirichlet(np.full(10, 0.4))
    rest[predicted] = 0
    confidence = float(0.55 + 0.45 * generator.random() ** 0.3)
    probabilities = rest / rest.sum() * (1 - confidence)
    probabilities[predicted] = confidence
    return {
        "index": index,
        "truth": truth,
        "predicted": predicted,
        "confidence": confidence,
        "probabilities": probabilities.tolist(),
    }


#: The recipes of the study: description, number of seeds, epochs and approximate test accuracy.
RECIPES = {
    "plain": ("the report's network on images as they are", 3, 17, 0.789),
    "augmented": ("the report's recipe: rotated, zoomed and shifted images", 3, 34, 0.829),
    "flip": ("every other image mirrored", 2, 36, 0.844),
    "smoothing": ("a tenth of each label spread over all classes", 2, 31, 0.8315),
    "decay": ("weight decay, in AdamW", 2, 28, 0.8145),
    "cosine": ("a learning rate that falls along a cosine in 24 epochs", 2, 24, 0.8465),
    "longer": ("the same in 48 epochs", 2, 48, 0.851),
    "best": ("all of these together, and a learning rate that climbs first, in 48 epochs", 2, 48, 0.8852),
}
OWN = ("plain", "augmented")


def study_runs() -> list[dict[str, object]]:
    """Returns every training of the study, in order."""
    return [study_run(name, seed) for name, (_, seeds, _, _) in RECIPES.items() for seed in range(1, seeds + 1)]


def study_run(recipe: str, seed: int) -> dict[str, object]:
    """Makes one training. Recipes that keep the best epoch overfit; recipes with a schedule do not."""
    _, _, epochs, level = RECIPES[recipe]
    generator = np.random.default_rng([len(recipe), seed])
    number = np.arange(1, epochs + 1)
    rise = 0.018 * np.maximum(number - 0.7 * epochs, 0) if recipe in OWN else 0 * number
    course = 3.4 * (1 - level) + 1.3 * np.exp(-number / (0.12 * epochs)) + rise
    histories = {}
    for split in ("heldOut", "test", "train"):
        loss = course + generator.normal(0, 0.012, epochs)
        accuracy = level + 0.001 * seed - 0.3 * np.exp(-number / (0.1 * epochs))
        accuracy = np.round(accuracy + generator.normal(0, 0.002, epochs) + (0.06 if split == "train" else 0), 4)
        histories[split] = {"loss": loss.tolist(), "accuracy": accuracy.tolist()}
    kept = int(np.argmin(histories["heldOut"]["loss"])) + 1 if recipe in OWN else epochs
    held_out, test = (
        {metric: values[kept - 1] for metric, values in histories[split].items()} for split in ("heldOut", "test")
    )
    return {
        "name": f"{recipe}-{seed}",
        "recipe": recipe,
        "seed": seed,
        "command": f"bigeggs study {recipe}-{seed}",
        "isOfficial": True,
        "precision": "float32",
        "threads": 2,
        "epochs": epochs,
        "keptEpoch": kept,
        "heldOut": held_out,
        "test": test,
        "mirrored": {"loss": test["loss"] - 0.02, "accuracy": round(test["accuracy"] + 0.006, 4)},
        "trainHistory": histories["train"],
        "heldOutHistory": histories["heldOut"],
        "testHistory": histories["test"],
        "seconds": 33.5 * epochs,
    }


def study_results(runs: list[dict[str, object]]) -> dict[str, object]:
    """Computes the results of section 08 for a study with these trainings, as Swift does."""
    accuracies = {name: [run["test"]["accuracy"] for run in runs if run["recipe"] == name] for name in RECIPES}
    recipes = []
    for name, (summary, planned, _, _) in RECIPES.items():
        own = [run for run in runs if run["recipe"] == name]
        if not own:
            continue
        result = {
            "recipe": name,
            "summary": summary,
            "command": f"bigeggs study {name}",
            "seeds": [run["seed"] for run in own],
            "planned": planned,
            "accuracy": spread(accuracies[name]),
            "loss": spread([run["test"]["loss"] for run in own]),
            "mirroredAccuracy": spread([run["mirrored"]["accuracy"] for run in own]),
            "mirroredLoss": spread([run["mirrored"]["loss"] for run in own]),
            "epochs": spread([run["epochs"] for run in own]),
        }
        if accuracies["augmented"]:
            result["gain"] = float(np.mean(accuracies[name]) - np.mean(accuracies["augmented"]))
        recipes.append(result)
    return {
        "runs": runs,
        "recipes": recipes,
        "selection": [choice(run) for run in runs if run["recipe"] in OWN],
        "planned": sum(seeds for _, seeds, _, _ in RECIPES.values()),
    }


#: The recipes that lack one ingredient of the fast network's: name, ingredient, replacement, approximate accuracy.
WITHOUT = [
    ("fast-without-whitening", "whitening", "the filters of the first convolution learnt like those of the others", 0.89),
    ("fast-without-muon", "Muon", "the kernels of convolutions trained by SGD, at a rate of 2.93", 0.882),
    ("fast-without-alternation", "alternating flips", "every other image mirrored at random", 0.903),
    ("fast-without-smoothing", "smoothed labels", "labels as they are", 0.9008),
]


def fast_results(generator: np.random.Generator, images: int, stand_in: bool) -> dict[str, object]:
    """Makes the results of section 09."""
    result = training_results("augmented", images)
    result["history"] = {name: values[:8] for name, values in result["history"].items()}
    result |= {"epochsRun": 8, "epochLimit": 8, "stoppedEpoch": None, "parameterCount": 1_972_792}
    result["trainingSeconds"] = sum(result["history"]["seconds"])
    result["weights"] = result["weights"] | {"file": "fast.safetensors"}
    result["eigenvalues"] = sorted(generator.exponential(1, 12).tolist(), reverse=True)
    result["views"] = {
        "none": {"loss": 0.62, "accuracy": 0.8966},
        "mirrored": {"loss": 0.6, "accuracy": 0.9055},
        "all": {"loss": 0.59, "accuracy": 0.9066},
    }
    result["study"] = None if stand_in else fast_study(fast_runs())
    return result


def fast_runs() -> list[dict[str, object]]:
    """Returns every training of the fast network, in the study's order."""
    runs = [fast_run("fast", seed, 0.9066) for seed in range(1, 6)] + [fast_run("fast", 1, 0.903, held_out=5000)]
    runs += [fast_run(recipe, seed, level) for recipe, _, _, level in WITHOUT for seed in range(1, 4)]
    return runs + [fast_run("strong", 1, 0.925)]


def fast_run(recipe: str, seed: int, level: float, held_out: int = 0) -> dict[str, object]:
    """Makes one training of the fast network. `level` is its accuracy in six views, about the same for each seed."""
    views = round(level + 0.0004 * (seed - 3), 4)
    name = f"{recipe}{'-held-out' if held_out else ''}-{seed}"
    return {
        "name": name,
        "recipe": recipe,
        "seed": seed,
        "command": f"bigeggs study {name}",
        "isOfficial": True,
        "precision": "float32",
        "instructionSet": "AVX2",
        "threads": 2,
        "trainImages": 50_000 - held_out,
        "heldOutImages": held_out,
        "test": {"loss": 0.62, "accuracy": round(views - 0.0093, 4)},
        "views": {"loss": 0.59, "accuracy": views},
        "heldOut": {"loss": 0.61, "accuracy": round(views - 0.0121, 4)} if held_out else None,
        "accuracies": [round(views - 0.3 / epoch, 4) for epoch in range(1, 9)],
        "epochSeconds": [80.0 + seed] * 8,
        "peakMemoryBytes": 2_100_000_000 + seed,
    }


def fast_study(runs: list[dict[str, object]]) -> dict[str, object]:
    """Computes section 09's study of these trainings, as Swift does."""
    of = {}
    for run in runs:
        if not run["heldOutImages"]:
            of.setdefault(run["recipe"], []).append(run)
    recipes = [
        {
            "recipe": name,
            "summary": name,
            "command": f"bigeggs study {name}",
            "seeds": [run["seed"] for run in own],
            "planned": {"fast": 5, "strong": 1}.get(name, 3),
            "accuracy": spread([run["test"]["accuracy"] for run in own]),
            "views": spread([run["views"]["accuracy"] for run in own]),
            "seconds": spread([sum(run["epochSeconds"]) for run in own]),
        }
        for name, own in of.items()
    ]
    ingredients = []
    if "fast" in of:
        reference = float(np.mean([run["views"]["accuracy"] for run in of["fast"]]))
        rows = [
            (ingredient, instead, [run["views"]["accuracy"] for run in of.get(recipe, [])])
            for recipe, ingredient, instead, _ in WITHOUT
        ] + [("test views", "each test image as it is", [run["test"]["accuracy"] for run in of["fast"]])]
        ingredients = [
            {
                "ingredient": ingredient,
                "instead": instead,
                "accuracies": accuracies,
                "mean": float(np.mean(accuracies)),
                "loss": reference - float(np.mean(accuracies)),
            }
            for ingredient, instead, accuracies in rows
            if accuracies
        ]
    return {"runs": runs, "recipes": recipes, "ingredients": ingredients, "planned": 19}


def spread(values: list[float]) -> dict[str, float]:
    """Computes mean, extremes and, of more than one value, the sample's standard deviation."""
    result = {"mean": float(np.mean(values)), "low": min(values), "high": max(values)}
    return result | ({"deviation": float(np.std(values, ddof=1))} if len(values) > 1 else {})


def choice(run: dict[str, object]) -> dict[str, object]:
    """Finds the epochs with the lowest loss on held-out and on test images."""
    history = run["testHistory"]
    by = {"HeldOut": int(np.argmin(run["heldOutHistory"]["loss"])), "Test": int(np.argmin(history["loss"]))}
    result = {"run": run["name"], "highestAccuracy": max(history["accuracy"])}
    for name, epoch in by.items():
        result[f"epochBy{name}"] = epoch + 1
        result[f"by{name}"] = {metric: values[epoch] for metric, values in history.items()}
    return result


def write_weights(path: Path, generator: np.random.Generator, size: int = 3, filters: int = 32) -> None:
    """Writes a safetensors file with a first convolution, of `size` by `size` pixels, and its bias."""
    coarse = generator.normal(0, 0.15, (1, 1, 3, filters)) + generator.normal(0, 0.12, (size, size, 1, filters))
    tensors = {"conv2d/kernel": coarse.astype("<f4"), "conv2d/bias": np.zeros(filters, "<f4")}
    header, offset = {}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + tensor.nbytes]}
        offset += tensor.nbytes
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(t.tobytes() for t in tensors.values()))
