"""Tests the claims of the original report against the records.

The function that judges a claim returns the measurement and one of three verdicts. The rule of the verdict is in
`CLAIMS` and is printed in the report, so that a reader can disagree with the rule and still use the measurement.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Callable, Sequence

import bigeggs
import numpy as np
from bigeggs.statistics import wilson_interval

from bigeggs_report.blocks import Tested
from bigeggs_report.fast import NAME, own_result
from bigeggs_report.history import learning_rate_cuts
from bigeggs_report.origins import sourced
from bigeggs_report.run import Run
from bigeggs_report.text import code, decimal, duration, listed, literal, points
from bigeggs_report.wording import NO_BREAK_SPACE, count, epoch_count, percent

HOLDS = "holds"
IN_PART = "holds in part"
FAILS = "does not hold"
NOT_RUN = "not run yet"
STAND_IN = "not tested (stand-in)"
OWN = "not tested (own pictures)"
QUICK = "not tested (quick profile)"

VERDICTS = (HOLDS, IN_PART, FAILS, STAND_IN, OWN, QUICK, NOT_RUN)

#: The number of standard deviations around the mean within which 95 % of a normal distribution lie.
Z = NormalDist().inv_cdf(0.975)

#: What was measured, in words, and the verdict.
Judgement = tuple[str, str]


@dataclass(frozen=True)
class Claim:
    """A claim, the sections whose records it needs, the function that judges it, and the rule of the verdict.

    A claim that is `about_training` is judged on CIFAR-10 in the full profile only. `besides` adds a text after the
    measurement, which does not affect the verdict.
    """

    text: str
    sections: tuple[str, ...]
    judge: Callable[..., Judgement]
    rule: str
    about_training: bool = True
    besides: Callable[[Run], str | None] = lambda run: None


def tested(run: Run) -> list[Tested]:
    """Returns every claim with its measurement and verdict."""
    return [test(claim, run) for claim in CLAIMS]


def tally(tested: Sequence[Tested]) -> str:
    """Returns how many claims have each verdict, in a sentence."""
    numbers = {verdict: sum(each.verdict == verdict for each in tested) for verdict in VERDICTS}
    parts = [f"{number} {predicate(verdict, number)}" for verdict, number in numbers.items() if number]
    return f"Of the original's {len(tested)} claims, {listed(parts)}."


def predicate(verdict: str, number: int) -> str:
    """Returns a verdict as the predicate of a sentence whose subject is that number of claims."""
    if verdict.startswith("not "):
        return f"{'was' if number == 1 else 'were'} {verdict}"
    return verdict if number == 1 else verdict.replace("does", "do").replace("holds", "hold")


def test(claim: Claim, run: Run) -> Tested:
    """Returns a claim with its measurement and verdict."""
    records = [run.record(section) for section in claim.sections]
    if any(record is None for record in records):
        return Tested(claim.text, "—", NOT_RUN, claim.rule)
    measured, verdict = claim.judge(*records)
    measured = "; ".join([measured, *filter(None, [claim.besides(run)])])
    if claim.about_training and run.is_stand_in:
        verdict = STAND_IN
    elif claim.about_training and run.is_own:
        verdict = OWN
    elif claim.about_training and run.is_quick:
        verdict = QUICK
    return Tested(claim.text, measured, verdict, claim.rule)


def data_set(data: bigeggs.Record) -> Judgement:
    """Judges the sizes of the data set."""
    counts = {split: data[f"results.classCounts.{split}"].astype(int) for split in ("train", "test")}
    height, width = (int(size) for size in data["data.imageShape"][:2])
    each = {split: span(numbers) for split, numbers in counts.items()}
    measured = (
        f"{count(counts['train'].sum())} training and {count(counts['test'].sum())} test images of "
        f"{height} × {width} pixels; {each['train']} and {each['test']} a class, {len(counts['train'])} classes"
    )
    exact = (counts["train"] == 5000).all() and (counts["test"] == 1000).all() and (height, width) == (32, 32)
    return measured, HOLDS if exact and len(counts["train"]) == 10 else FAILS


def span(numbers: np.ndarray) -> str:
    """Returns the number if all are equal, else the least and the greatest: ``4,000 to 5,000``."""
    low, high = int(numbers.min()), int(numbers.max())
    return count(low) if low == high else f"{count(low)} to {count(high)}"


def preparation(normalization: bigeggs.Record) -> Judgement:
    """Judges pixel ranges and label shapes, before and after the preparation."""
    raw, scaled = (normalization[f"results.pixels.{kind}"] for kind in ("raw", "scaled"))
    before, after = (shape(normalization[f"results.labelShapes.{kind}"]) for kind in ("before", "after"))
    measured = (
        f"pixels {raw['minimum']:g} to {raw['maximum']:g} before, {scaled['minimum']:g} to {scaled['maximum']:g} "
        f"after; labels {written(before)} before, {written(after)} after"
    )
    in_range = 0 <= raw["minimum"] < raw["maximum"] <= 255 and 0 <= scaled["minimum"] < scaled["maximum"] <= 1
    flattened = len(before) == 2 and before[1] == 1 and after == before[:1]
    return measured, HOLDS if in_range and flattened else IN_PART if in_range or flattened else FAILS


def shape(values: np.ndarray) -> tuple[int, ...]:
    """Returns a shape as whole numbers."""
    return tuple(int(value) for value in values)


def written(sizes: tuple[int, ...]) -> str:
    """Returns a shape in words: ``(50,000 × 1)``."""
    return f"({' × '.join(count(size) for size in sizes)})"


def rescaling(normalization: bigeggs.Record) -> Judgement:
    """Compares training on raw and on rescaled pixels: loss and accuracy after the short comparison's last epoch.

    Both are measured with re-estimated moving statistics of batch normalization.
    """
    comparison = normalization["results.comparison"]
    raw, scaled = comparison["rawPrecise"], comparison["scaledPrecise"]
    gain = scaled["accuracy"] - raw["accuracy"]
    noise = Z * math.sqrt(
        sum(p["accuracy"] * (1 - p["accuracy"]) / comparison["testImages"] for p in (raw, scaled))
    )
    lower = scaled["loss"] < raw["loss"]
    measured = (
        f"after {sourced(comparison, 'epochs', epoch_count)} on {sourced(comparison, 'images', count)} images, "
        f"validation loss with statistics measured anew {sourced(raw, 'loss', decimal)} raw and "
        f"{sourced(scaled, 'loss', decimal)} rescaled, accuracy {sourced(raw, 'accuracy', percent)} and "
        f"{sourced(scaled, 'accuracy', percent)} "
        f"(sampling noise of the difference ±{points(noise)})"
    )
    return measured, HOLDS if lower and gain > noise else IN_PART if lower or gain > noise else FAILS


def ten_epochs(plain: bigeggs.Record) -> Judgement:
    """Judges in which epoch plain training starts to overfit."""
    start = plain["results.overfitsFrom"]
    if start is None:
        return f"no overfitting within {sourced(plain, 'results.epochsRun', epoch_count)}", FAILS
    measured = (
        f"overfits from epoch {sourced(plain, 'results.overfitsFrom', str)} of "
        f"{sourced(plain, 'results.epochsRun', str)}"
    )
    return measured, HOLDS if 7 <= start <= 13 else IN_PART


def standstill(plain: bigeggs.Record) -> Judgement:
    """Judges whether both validation metrics have their best epoch at least three epochs before the end."""
    history = plain["results.history"]
    run = len(history["val_loss"])
    best = {"loss": int(np.argmin(history["val_loss"])) + 1, "accuracy": int(np.argmax(history["val_accuracy"])) + 1}
    still = [epoch <= run - 3 for epoch in best.values()]
    measured = f"best validation loss in epoch {best['loss']}, best accuracy in epoch {best['accuracy']}, of {run}"
    return measured, HOLDS if all(still) else IN_PART if any(still) else FAILS


def less_overfitting(plain: bigeggs.Record, augmented: bigeggs.Record) -> Judgement:
    """Compares both trainings by the accuracy gap at the end, and by how far validation loss ended above its lowest."""
    gaps = [last_gap(record) for record in (plain, augmented)]
    rises = [loss_rise(record) for record in (plain, augmented)]
    measured = (
        f"in the last epoch training accuracy is ahead of validation accuracy by {points(gaps[0])} plain and "
        f"{points(gaps[1])} augmented; validation loss ended {percent(rises[0], 0)} and {percent(rises[1], 0)} "
        "above its best"
    )
    halved, flat = gaps[1] < gaps[0] / 2, rises[1] <= 0.1
    return measured, HOLDS if halved and flat else IN_PART if gaps[1] < gaps[0] else FAILS


def last_gap(training: bigeggs.Record) -> float:
    """Returns training accuracy minus validation accuracy in the last epoch."""
    history = training["results.history"]
    return float(history["accuracy"][-1] - history["val_accuracy"][-1])


def loss_rise(training: bigeggs.Record) -> float:
    """Returns how far the last validation loss is above the lowest, as a share of the lowest."""
    losses = training["results.history.val_loss"]
    return float(losses[-1] / losses.min() - 1)


def better_accuracy(results: bigeggs.Record) -> Judgement:
    """Compares the two networks in pairs: counts the test images that only one of them gets right."""
    truth = results["results.truth"]
    plain, augmented = (results[f"results.{model}.predicted"] == truth for model in ("plain", "augmented"))
    gained, lost = int((augmented & ~plain).sum()), int((plain & ~augmented).sum())
    noise = Z * math.sqrt(gained + lost)
    measured = (
        f"accuracy {percent(plain.mean())} plain and {percent(augmented.mean())} augmented; {count(gained)} images "
        f"only the augmented network gets right, {count(lost)} only the plain one"
    )
    return measured, HOLDS if gained - lost > noise else IN_PART if gained > lost else FAILS


def callbacks(plain: bigeggs.Record, augmented: bigeggs.Record) -> Judgement:
    """Judges what the best weights gain over the last, and whether loss reached a new low after the rate was cut."""
    trainings = (plain, augmented)
    saved = [float(each["results.finalEpoch.val_loss"] - each["results.evaluation.loss"]) for each in trainings]
    lower = [lower_after_cut(each) for each in trainings]
    measured = (
        f"the kept weights' loss is {decimal(saved[0])} (plain) and {decimal(saved[1])} (augmented) below that of the "
        f"last epoch; after the learning rate was first cut, validation loss reached a new low in "
        f"{sum(lower)} of 2 trainings"
    )
    helped = [value > 0 for value in saved] + lower
    return measured, HOLDS if all(helped) else IN_PART if any(helped) else FAILS


def lower_after_cut(training: bigeggs.Record) -> bool:
    """Returns whether the lowest validation loss came after the first cut of the learning rate."""
    history = training["results.history"]
    cuts = learning_rate_cuts(history["learning_rate"])
    return bool(cuts) and int(np.argmin(history["val_loss"])) + 1 >= cuts[0]


def best_loss(results: bigeggs.Record) -> Judgement:
    """Judges the lower of the two test losses."""
    losses = {model: results[f"results.{model}.loss"] for model in ("plain", "augmented")}
    model, other = sorted(losses, key=losses.__getitem__)
    loss = losses[model]
    written = [sourced(results, f"results.{each}.loss", decimal) for each in (model, other)]
    measured = f"test loss {written[0]} ({model} training), {written[1]} for the other"
    return measured, HOLDS if round(loss, 2) <= 0.4 else IN_PART if round(loss, 2) <= 0.5 else FAILS


def best_accuracy(results: bigeggs.Record) -> Judgement:
    """Judges the better of the two test accuracies, with its interval."""
    accuracies = {model: results[f"results.{model}.accuracy"] for model in ("plain", "augmented")}
    model = max(accuracies, key=accuracies.__getitem__)
    accuracy = accuracies[model]
    low, high = interval(results[f"results.{model}"])
    measured = (
        f"{sourced(results, f'results.{model}.accuracy', percent)} of "
        f"{sourced(results, f'results.{model}.images', count)} test images ({model} training), "
        f"95{NO_BREAK_SPACE}% interval {percent(low)} to {percent(high)}"
    )
    return measured, HOLDS if accuracy > 0.9 else IN_PART if high > 0.9 else FAILS


def interval(result: bigeggs.Record) -> tuple[float, float]:
    """Returns Wilson's 95 % interval of a result's accuracy."""
    return wilson_interval(round(result["accuracy"] * result["images"]), result["images"])


def study_found(run: Run) -> str | None:
    """Returns the study's results for the report's recipe and for the best one, in words; None without a study."""
    if run.study is None:
        return None
    recipes = {recipe["recipe"]: recipe for recipe in run.study["recipes"]}
    name, best = max(recipes.items(), key=lambda item: item[1]["mirroredAccuracy.mean"])
    own = recipes.get("augmented")
    parts = [] if own is None or own is best else [f"the report's recipe has {average(own)}"]
    mirrored = sourced(best, "mirroredAccuracy.mean", percent)
    parts.append(f"the best recipe, {code(name)}, has {average(best)}, {mirrored} with mirror images")
    return f"in the study, {listed(parts)}"


def what_it_takes(run: Run) -> str | None:
    """Returns the study's results on the report's network, and those of the recipe `fast` with its own network."""
    return "; ".join(filter(None, [study_found(run), fast_found(run)])) or None


def fast_found(run: Run) -> str | None:
    """Returns the accuracy of the recipe `fast`, its network's size and its training time; None if none is recorded."""
    record = run.record("09-fast")
    study = None if record is None else record["results.study"]
    found = None if study is None else own_result(study)
    if found is None:
        return None
    return (
        f"another network, of {sourced(record, 'results.parameterCount', count)} parameters and trained by the recipe "
        f"{code(NAME)} in {sourced(found, 'seconds.low', duration)} or more, has "
        f"{sourced(found, 'views.mean', percent)} in six views "
        f"{over_seeds(found)}"
    )


def average(recipe: bigeggs.Record) -> str:
    """Returns a recipe's mean test accuracy and its number of seeds, in words."""
    return f"{sourced(recipe, 'accuracy.mean', percent)} {over_seeds(recipe)}"


def over_seeds(recipe: bigeggs.Record) -> str:
    """Returns the number of seeds that a mean is taken over, in words."""
    seeds = len(recipe["seeds"])
    return "with one seed" if seeds == 1 else f"on average over {seeds} seeds"


def sure_of_simple(results: bigeggs.Record) -> Judgement:
    """Judges the confidence on the images that both networks get right: these count as simple."""
    truth = results["results.truth"]
    simple = np.logical_and(*(results[f"results.{model}.predicted"] == truth for model in ("plain", "augmented")))
    sure = results["results.augmented.confidence"] > 0.9
    share = float(sure[simple].mean()) if simple.any() else 0.0
    others = float(sure[~simple].mean()) if (~simple).any() else 0.0
    measured = (
        f"of {count(simple.sum())} images that both networks get right, {percent(share)} are predicted with a "
        f"confidence above 0.9; of the other {count((~simple).sum())}, {percent(others)}"
    )
    return measured, HOLDS if share >= 0.9 else IN_PART if share >= 0.5 else FAILS


def birds(demo: bigeggs.Record, results: bigeggs.Record) -> Judgement:
    """Compares how many birds are taken for airplanes with how many would be if mistakes were spread evenly.

    That is the number of mistakes with birds, divided by the number of other classes.
    """
    taken, number = demo["results.birdsAsAirplanesCount"], demo["results.birds"]
    if taken is None or not number:
        return f"{literal(demo['data.name'])} has no birds and no airplanes", FAILS
    bird = results["data.classNames"].index("bird")
    wrong = number - results["results.augmented.confusion"][bird][bird]
    expected = wrong / (len(results["data.classNames"]) - 1)
    measured = (
        f"{sourced(demo, 'results.birdsAsAirplanesCount', count)} of {sourced(demo, 'results.birds', count)} birds are "
        f"taken for airplanes; an even spread of all {count(wrong)} "
        f"mistakes with birds would give {decimal(expected, 1)}"
    )
    return measured, HOLDS if taken > expected else IN_PART if taken else FAILS


def twenty_five(demo: bigeggs.Record) -> Judgement:
    """Judges how many images of the demonstration are predicted right."""
    right, shown = demo["results.right"], len(demo["results.demo"])
    measured = f"{sourced(demo, 'results.right', str)} of {shown} right"
    return measured, HOLDS if right == shown else IN_PART if right >= 0.9 * shown else FAILS


CLAIMS = [
    Claim(
        "CIFAR-10 has 50,000 training and 10,000 test images of 32 × 32 pixels, 5,000 and 1,000 in each of ten "
        "classes.",
        ("01-data",),
        data_set,
        "Holds if every number is exactly this.",
    ),
    Claim(
        "Rescaling brings pixels from [0, 255] to [0, 1]; flattening makes the column of labels a vector.",
        ("02-normalization",),
        preparation,
        "Holds if both ranges and both shapes are as said, in part if only the ranges or only the shapes are.",
        about_training=False,
    ),
    Claim(
        "Normalized pixels help the network to train.",
        ("02-normalization",),
        rescaling,
        "Holds if after the last epoch validation loss is lower and accuracy is higher by more than the sampling "
        "noise of the difference, in part if only one of the two is so; both with batch normalization's statistics "
        "measured anew.",
    ),
    Claim(
        "Plain training can overfit after some ten epochs.",
        ("04-plain-training",),
        ten_epochs,
        "Holds if overfitting starts in epochs 7 to 13, in part if it starts elsewhere. It starts after the lowest "
        "validation loss, if at least two epochs follow in which training loss falls further.",
    ),
    Claim(
        "In plain training, the validation metrics stop improving after some epochs.",
        ("04-plain-training",),
        standstill,
        "Holds if both have their best epoch at least three epochs before the end, in part if one has.",
    ),
    Claim(
        "Augmentation prevents overfitting.",
        ("04-plain-training", "05-augmented-training"),
        less_overfitting,
        "Holds if it more than halves the accuracy gap of the last epoch and validation loss ends at most "
        "10 % above its best, in part if the gap is smaller at all.",
    ),
    Claim(
        "Augmentation helps the model to generalize.",
        ("06-results",),
        better_accuracy,
        "Holds if test accuracy rises by more than the noise of a paired comparison (95 %), in part "
        "if it rises at all.",
    ),
    Claim(
        "Early stopping and the falling learning rate help.",
        ("04-plain-training", "05-augmented-training"),
        callbacks,
        "Holds if in both trainings the kept weights are better than the last ones and the lowest validation loss "
        "came after a cut of the learning rate, in part if any of the four is so.",
    ),
    Claim(
        "The best loss is 0.3 to 0.4.",
        ("06-results",),
        best_loss,
        "Holds if the better test loss, rounded to two decimals, is at most 0.40, in part up to 0.50.",
    ),
    Claim(
        "The best accuracy is above 0.9.",
        ("06-results",),
        best_accuracy,
        "Holds if the better test accuracy is above 0.9, in part if its 95 % interval (Wilson) "
        "reaches above.",
        besides=what_it_takes,
    ),
    Claim(
        "A simple, unmistakable image is predicted with more than 0.9.",
        ("06-results",),
        sure_of_simple,
        "An image counts as simple if both networks get it right. Holds if at least 90 % of these images have a "
        "confidence above 0.9 after augmented training, in part from 50 %.",
    ),
    Claim(
        "Some hard images of birds that look like airplanes are not predicted right.",
        ("07-demo", "06-results"),
        birds,
        "Holds if more birds are taken for airplanes than an even spread of the mistakes over the other classes "
        "gives, in part if any is.",
    ),
    Claim(
        "Of 25 test images predicted one by one, all are right.",
        ("07-demo",),
        twenty_five,
        "Holds if all are right, in part from 90 %.",
    ),
]
