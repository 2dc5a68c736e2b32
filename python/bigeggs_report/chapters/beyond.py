"""Writes the chapter on the study: the effect of other seeds, of how the epoch is chosen, and of other recipes."""

from __future__ import annotations

from typing import Iterable, Iterator, Sequence

import bigeggs

from bigeggs_report.blocks import Block, Paragraph, Table
from bigeggs_report.origins import origin, sourced
from bigeggs_report.run import Run
from bigeggs_report.study import CLAIMED, official
from bigeggs_report.text import code, decimal, duration, listed, literal
from bigeggs_report.wording import NO_BREAK_SPACE, count, fixed, percent

#: The report's own recipes. All other recipes are compared with the second, `augmented`.
OWN = ("plain", "augmented")
#: The keys of a recipe's test accuracy without and with mirror images.
METRICS = ("accuracy", "mirroredAccuracy")


def blocks(run: Run) -> Iterator[Block]:
    """Yields the chapter: seeds, the choice of the epoch, recipes, and whether 0.9 is exceeded."""
    yield Paragraph(
        "A single training is a random sample: another seed gives other weights and another accuracy. The original "
        "chose its best epoch by the same test images that then measured its accuracy. It claims more than 0.9 without "
        "saying how that was reached. A study measures the effect of the seed, of that choice, and of changes to the "
        "recipe."
    )
    record = run.record("08-beyond")
    if record is None:
        yield run.not_run("08-beyond")
        return
    if record["results.study"] is None:
        name = literal(record["data.name"])
        yield Paragraph(f"The study is of CIFAR-10. This run is of {name}, so there is nothing to show.")
        return
    study = run.study
    if study is None:
        planned = count(record["results.study.planned"])
        yield Paragraph(
            f"*Not run yet: none of the study's {planned} trainings is recorded.* `bigeggs study` runs them."
        )
        return
    yield Paragraph(method(run, study))
    yield from seeds(study)
    yield from selection(run, study)
    yield from contributions(run, study)
    yield Paragraph(f"**More than 0.9.** {verdict(study)}")
    obstacles = in_the_way(study)
    if obstacles:
        yield Paragraph(obstacles)


def method(run: Run, study: bigeggs.Record) -> str:
    """Returns how the study trains, and how many trainings are recorded, in sentences."""
    runs, planned = study["runs"], study["planned"]
    there = (
        f"All {count(planned)} trainings are recorded"
        if len(runs) >= planned
        else f"{count(len(runs))} of its {count(planned)} trainings are recorded, and `bigeggs study` runs the others"
    )
    threads = sorted({run["threads"] for run in runs})
    precisions = sorted({literal(run["precision"]) for run in runs})
    on = f"{listed([count(number) for number in threads])} thread{'s' if threads != [1] else ''}"
    profile = " They are full trainings, whatever the profile of this report." if run.is_quick else ""
    return (
        "The study's trainings use the first 45,000 training images and keep the weights of the epoch with the lowest "
        "loss on the last 5,000. The test images are measured after every epoch, but decide nothing. With a "
        "learning-rate schedule, the last epoch's weights are kept instead. The accuracies cannot be compared with "
        "those of the chapters before: fewer images are trained on, and other images choose the epoch. "
        f"{there}. They took {duration(sum(run['seconds'] for run in runs))} in {listed(precisions)} on {on}.{profile}"
    )


def seeds(study: bigeggs.Record) -> Iterator[Block]:
    """Yields the results of the report's two recipes with several seeds."""
    yield Paragraph(
        "**Another seed.** The initial weights, the order of the images, dropout and augmentation all follow from the "
        "seed. Differences between the rows of one recipe are chance."
    )
    own = [run for run in study["runs"] if run["recipe"] in OWN]
    if own:
        yield Table(
            "study-seeds",
            ("recipe", "seed", "epochs", "kept epoch", "held-out accuracy", "test loss", "test accuracy"),
            [seed_row(run) for run in own],
            "The report's own recipes: each training, with the weights of its kept epoch.",
            numeric=tuple(range(1, 7)),
            origins=[origin(study, "runs")],
        )
    means = [mean_of(recipe) for recipe in study["recipes"] if recipe["recipe"] in OWN]
    yield Paragraph(" ".join([*(means or ["Neither of the report's recipes is recorded yet."]), chance(study)]))


def seed_row(run: bigeggs.Record) -> list[str]:
    """Returns the table row of one training."""
    return [
        literal(run["recipe"]),
        sourced(run, "seed", count),
        sourced(run, "epochs", count),
        sourced(run, "keptEpoch", count),
        sourced(run, "heldOut.accuracy", hundredths),
        sourced(run, "test.loss", decimal),
        sourced(run, "test.accuracy", hundredths),
    ]


def mean_of(recipe: bigeggs.Record) -> str:
    """Returns mean and range of a recipe's test accuracy, in a sentence."""
    mean, low, high = (sourced(recipe, f"accuracy.{key}", hundredths) for key in ("mean", "low", "high"))
    name = code(recipe["recipe"])
    if len(recipe["seeds"]) == 1:
        return f"With its one seed, {name} has {mean}."
    return f"Over {count(len(recipe['seeds']))} seeds, {name} has {mean} on average, from {low} to {high}."


def chance(study: bigeggs.Record) -> str:
    """Returns how far the test accuracies of one recipe's seeds are apart at most, in sentences."""
    widest = widest_range(study["recipes"])
    if widest is None:
        return "No recipe has two seeds yet, so how far seeds are apart is not known."
    name, apart = widest
    return (
        f"Of all recipes with more than one seed, the seeds of {code(name)} are furthest apart, by {points(apart)}. A "
        "difference between two recipes means nothing if it is smaller than the difference between their seeds."
    )


def widest_range(recipes: Iterable[bigeggs.Record]) -> tuple[str, float] | None:
    """Returns the recipe whose seeds differ most in test accuracy, and the difference.

    Returns None if no recipe has two seeds.
    """
    ranges = [
        (recipe["recipe"], recipe["accuracy.high"] - recipe["accuracy.low"])
        for recipe in recipes
        if len(recipe["seeds"]) > 1
    ]
    return max(ranges, key=lambda named: named[1], default=None)


def selection(run: Run, study: bigeggs.Record) -> Iterator[Block]:
    """Yields the effect of choosing the epoch by the test images."""
    choices = study["selection"]
    if not len(choices):
        return
    number = len(choices)
    loss = sum(choice["byTest.loss"] - choice["byHeldOut.loss"] for choice in choices) / number
    accuracy = sum(choice["byTest.accuracy"] - choice["byHeldOut.accuracy"] for choice in choices) / number
    most = sum(choice["highestAccuracy"] - choice["byHeldOut.accuracy"] for choice in choices) / number
    same = sum(choice["epochByTest"] == choice["epochByHeldOut"] for choice in choices)
    over = f"on average over {count(number)} trainings" if number > 1 else "in the one that is recorded"
    yield Paragraph(
        "**The choice of the epoch.** The original kept the epoch with the lowest loss on the test images. If these "
        f"trainings chose by the test images instead of the held-out images, then {over} the test loss would be "
        f"{compared(loss, decimal(abs(loss)))} and the test accuracy {compared(accuracy, points(abs(accuracy)))}. Both "
        f"ways choose the same epoch in {count(same)} of {count(number)}. The highest test accuracy of any epoch is "
        f"{points(most)} above that of the epoch chosen by held-out images: no choice of the epoch gives more."
    )
    groups = [(name, sum(choice["run"].startswith(f"{name}-") for choice in choices)) for name in OWN]
    curves = listed([f"{count(curves)} of {name} training" for name, curves in groups if curves])
    yield run.figure(
        "study-selection",
        "Test loss of the report's own recipes, one curve for each seed; the high losses of the first epochs are cut "
        "off. The marks are at the epoch with the lowest loss on the held-out images and at the epoch with the lowest "
        "test loss.",
        f"Curves of the test loss over the epochs, {curves}. Between the two epochs marked on a curve the test loss "
        f"differs by {decimal(abs(loss))} on average.",
    )


def compared(difference: float, amount: str) -> str:
    """Returns a difference in words: ``0.012 lower``; `amount` is its size as text."""
    if not any(digit in amount for digit in "123456789"):
        return "the same"
    return f"{amount} {'higher' if difference > 0 else 'lower'}"


def contributions(run: Run, study: bigeggs.Record) -> Iterator[Block]:
    """Yields the accuracy of each recipe."""
    recipes = study["recipes"]
    yield Paragraph(
        "**One ingredient after another.** Apart from the report's two recipes, every recipe is the augmented one with "
        "something added or changed; the network stays the same. With mirror images, the result is the mean of the "
        "predictions for each test image and for its mirror image. Predicting then takes twice as long; no further "
        "training is needed."
    )
    yield Table(
        "study-recipes",
        (
            "recipe", "seeds", "test loss", "test accuracy", "points", "with mirror images",
            "what it is, and its command",
        ),
        [recipe_row(recipe) for recipe in recipes],
        "All recipes: means over the seeds, with the weights that each training kept; in brackets the lowest and the "
        "highest seed. Points are percentage points of mean test accuracy over the report's recipe, `augmented`.",
        numeric=(1, 2, 3, 4, 5),
        origins=[origin(study, "recipes")],
    )  # fmt: skip
    yield Paragraph(f"{weighed(study)} {mirrors(recipes)}")
    low, high = (end(recipes, key=lambda recipe: recipe["accuracy.mean"]) for end in (min, max))
    yield run.figure(
        "study-recipes",
        "Test accuracy of every recipe: each seed, their mean, and the mean with mirror images. The line is the 0.9 "
        "that the original claims to exceed.",
        f"A row of dots for each of {count(len(recipes))} recipes. Mean test accuracy goes from "
        f"{percent(low['accuracy.mean'], 2)} ({literal(low['recipe'])}) to {percent(high['accuracy.mean'], 2)} "
        f"({literal(high['recipe'])}); a line marks {percent(CLAIMED, 0)}.",
    )


def recipe_row(recipe: bigeggs.Record) -> list[str]:
    """Returns the table row of one recipe."""
    seeds, gain, accuracy = len(recipe["seeds"]), recipe.get("gain"), recipe["accuracy"]
    between = "" if seeds == 1 else f" ({fixed(100 * accuracy['low'], 2)} to {fixed(100 * accuracy['high'], 2)})"
    return [
        literal(recipe["recipe"]),
        count(seeds) if seeds >= recipe["planned"] else f"{count(seeds)} of {count(recipe['planned'])}",
        sourced(recipe, "loss.mean", decimal),
        f"{sourced(accuracy, 'mean', hundredths)}{between}",
        "—" if gain is None else sourced(recipe, "gain", signed),
        sourced(recipe, "mirroredAccuracy.mean", hundredths),
        f"{literal(recipe['summary'])}; {code(recipe['command'])}",
    ]


def weighed(study: bigeggs.Record) -> str:
    """Returns which recipes differ from the report's recipe by more than the widest range of one recipe's seeds."""
    gains = {recipe["recipe"]: recipe.get("gain") for recipe in study["recipes"] if recipe["recipe"] not in OWN}
    if not gains:
        return "No recipe other than the report's two is recorded yet."
    if None in gains.values():
        return "The report's recipe is not recorded yet, so there is nothing to compare the others with."
    # The range between the seeds of `plain` does not count: all other recipes are variants of the augmented one.
    widest = widest_range(recipe for recipe in study["recipes"] if recipe["recipe"] != "plain")
    if widest is None:
        return "No recipe has two seeds yet, so no difference between recipes can be told from chance."
    _, apart = widest
    groups = (
        ("gain{s} more than that", [name for name, gain in gains.items() if gain > apart]),
        ("lose{s} more than that", [name for name, gain in gains.items() if gain < -apart]),
        ("differ{s} by no more than that, which means nothing", [n for n, gain in gains.items() if abs(gain) <= apart]),
    )
    found = [f"{names(group)} {does.format(s='s' if len(group) == 1 else '')}" for does, group in groups if group]
    return (
        f"Leaving out `plain`, seeds of one recipe are up to {points(apart)} apart. Compared with the report's recipe, "
        f"{'; '.join(found)}."
    )


def mirrors(recipes: Sequence[bigeggs.Record]) -> str:
    """Returns how much mirror images change the mean test accuracy of a recipe, in a sentence."""
    changes = [recipe["mirroredAccuracy.mean"] - recipe["accuracy.mean"] for recipe in recipes]
    low, high = signed(min(changes)), signed(max(changes))
    span = low if low == high else f"between {low} and {high}"
    return f"Mirror images change the mean test accuracy of a recipe by {span}{NO_BREAK_SPACE}points."


def verdict(study: bigeggs.Record) -> str:
    """Returns which recipes' mean test accuracy is above 0.9, without or with mirror images, in sentences."""
    recipes = study["recipes"]
    so_far = "" if len(study["runs"]) >= study["planned"] else " so far"
    above = [recipe for recipe in recipes if recipe["accuracy.mean"] > CLAIMED]
    mirrored = [recipe for recipe in recipes if recipe["mirroredAccuracy.mean"] > CLAIMED and recipe not in above]
    if above:
        also = f"; with mirror images also by {reached(mirrored, 'mirroredAccuracy')}" if mirrored else ""
        return f"It is reached by {reached(above, 'accuracy')}{also}.{own_recipe(recipes, above)}"
    if mirrored:
        return (
            f"It is reached only with mirror images: by {reached(mirrored, 'mirroredAccuracy')}. Without them the "
            f"highest mean{so_far} is {best_of(recipes, 'accuracy')}.{own_recipe(recipes, mirrored)}"
        )
    nearest, metric = highest(recipes)
    missing = CLAIMED - nearest[f"{metric}.mean"]
    single = [run["name"] for run in study["runs"] if max(run["test.accuracy"], run["mirrored.accuracy"]) > CLAIMED]
    return (
        f"No recipe reaches it on average{so_far}. The highest mean is {best_of(recipes, 'accuracy')}, with mirror "
        f"images {best_of(recipes, 'mirroredAccuracy')}; {points(missing)} are missing. "
        f"{f'Above it in a single training: {names(single)}.' if single else 'No single training is above it.'}"
    )


def highest(recipes: Sequence[bigeggs.Record]) -> tuple[bigeggs.Record, str]:
    """Returns the recipe and the metric with the highest mean: accuracy without or with mirror images."""
    pairs = [(recipe, metric) for recipe in recipes for metric in METRICS]
    return max(pairs, key=lambda pair: pair[0][f"{pair[1]}.mean"])


def reached(recipes: Sequence[bigeggs.Record], metric: str) -> str:
    """Returns recipes with their means: ``best (90.41 % over 2 seeds)``."""
    return listed([f"{code(recipe['recipe'])} ({mean_over(recipe, metric)})" for recipe in recipes])


def best_of(recipes: Sequence[bigeggs.Record], metric: str) -> str:
    """Returns the highest mean and its recipe: ``90.41 % over 2 seeds (best)``."""
    best = max(recipes, key=lambda recipe: recipe[f"{metric}.mean"])
    return f"{mean_over(best, metric)} ({code(best['recipe'])})"


def mean_over(recipe: bigeggs.Record, metric: str) -> str:
    """Returns a recipe's mean and the number of its seeds: ``90.41 % over 2 seeds``."""
    seeds = len(recipe["seeds"])
    mean = sourced(recipe, f"{metric}.mean", hundredths)
    return f"{mean} {'with one seed' if seeds == 1 else f'over {count(seeds)} seeds'}"


def own_recipe(recipes: Sequence[bigeggs.Record], above: Sequence[bigeggs.Record]) -> str:
    """Returns a sentence with the mean of the report's recipe, unless that recipe is one of `above`."""
    own = next((recipe for recipe in recipes if recipe["recipe"] == "augmented"), None)
    if own is None or own in above:
        return ""
    return f" The report's own recipe, `augmented`, has {mean_over(own, 'accuracy')}."


def in_the_way(study: bigeggs.Record) -> str:
    """Returns why no recipe's mean test accuracy is above 0.9, as far as known; empty if one is."""
    best, metric = highest(study["recipes"])
    missing = CLAIMED - best[f"{metric}.mean"]
    if missing < 0:
        return ""
    sentences = []
    if len(best["seeds"]) > 1:
        apart = best[f"{metric}.high"] - best[f"{metric}.low"]
        enough = "less than is missing" if apart < missing else "at least what is missing, so another seed may reach it"
        how = "" if metric == "accuracy" else ", with mirror images"
        sentences.append(
            f"The closest recipe is {code(best['recipe'])}{how}; its seeds are {points(apart)} apart, {enough}."
        )
    sentences.append(carried_over(best["recipe"], [run for run in study["runs"] if run["recipe"] == best["recipe"]]))
    recipes = {recipe["recipe"]: recipe for recipe in study["recipes"]}
    if "cosine" in recipes and "longer" in recipes:
        epochs = [count(recipes[each]["epochs.mean"]) for each in ("longer", "cosine")]
        change = recipes["longer"]["accuracy.mean"] - recipes["cosine"]["accuracy.mean"]
        sentences.append(
            f"Training for {epochs[0]} epochs instead of {epochs[1]}, with nothing else changed, changes the mean by "
            f"{signed(change)}{NO_BREAK_SPACE}points."
        )
    sentences.append("All these recipes train the report's network; the next chapter trains another network.")
    if not official(study["runs"]):
        sentences.append(
            "These recipes train on a copy of CIFAR-10 whose images are not the official ones; whether the official "
            "images give more was not tried."
        )
    return " ".join(sentences)


def carried_over(recipe: str, runs: Sequence[bigeggs.Record]) -> str:
    """Compares a recipe's accuracy on training images with its accuracy on held-out images, in a sentence."""
    seen, unseen = (
        sum(run[f"{split}History.accuracy"][-1] for run in runs) / len(runs) for split in ("train", "heldOut")
    )
    told = (
        f"In the last epoch of {code(recipe)}, the network is right on {percent(seen, 1)} of the training images, with "
        f"the training's augmentation and dropout, and after that epoch on {percent(unseen, 1)} of the held-out images"
    )
    if seen > CLAIMED > unseen:
        return f"{told}: its capacity is large enough, but too little of what it learns carries over to new images."
    return f"{told}."


def names(of: Sequence[str]) -> str:
    """Returns names of recipes or trainings as part of a sentence."""
    return listed([code(name) for name in of])


def hundredths(share: float) -> str:
    """Returns a share in per cent with two decimals: the accuracies of two seeds differ by only a few tenths."""
    return percent(share, 2)


def points(difference: float) -> str:
    """Returns a difference of two shares in percentage points, with two decimals."""
    return f"{decimal(100 * difference, 2)}{NO_BREAK_SPACE}points"


def signed(difference: float) -> str:
    """Returns a difference of two shares in percentage points, with its sign: ``+0.42``."""
    text = decimal(100 * difference, 2)
    return f"+{text}" if difference > 0 and text != "0.00" else text
