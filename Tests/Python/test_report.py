"""Tests the report: links resolve, nothing is loaded from elsewhere, required statements are present."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Sequence

import bigeggs
import example_run
import numpy as np
import pytest
from conftest import write
from example_run import SECTIONS
from markdown_it import MarkdownIt

from bigeggs_report import build, claims
from bigeggs_report.chapters.beyond import points, signed
from bigeggs_report.figures import draw
from bigeggs_report.origins import without_origins
from bigeggs_report.run import Run
from bigeggs_report.text import inline_html, literal


def built(root: Path, sections: Sequence[Sequence[str]] = SECTIONS) -> tuple[str, str]:
    """Builds the report of a run; returns it as Markdown and HTML."""
    paths = build.build(str(root / "records"), str(root / "plots"), str(root / "report"), sections)
    return Path(paths["markdown"]).read_text(), Path(paths["html"]).read_text()


class Page(HTMLParser):
    """The parts of a page that the tests look at."""

    VOID = {"meta", "img", "input", "br", "link", "hr"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def values(self, attribute: str) -> list[str]:
        """Returns every value of an attribute in the page."""
        return [attributes[attribute] or "" for _, attributes in self.tags if attribute in attributes]


def test_links_and_images_of_the_markdown_resolve(drawn: Path) -> None:
    markdown, _ = built(drawn)
    anchors = {build.markdown_anchor(heading) for heading in re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)}
    targets = re.findall(r"\]\(([^)\s]+)\)", markdown)
    assert len([target for target in targets if target.endswith(".png")]) == len(draw.names())
    for target in targets:
        if target.startswith("#"):
            assert target[1:] in anchors
        elif not target.startswith("https://"):
            assert (drawn / "report" / target).is_file(), target


def test_the_html_page_needs_no_other_file(drawn: Path) -> None:
    _, html = built(drawn)
    page = Page(html)
    assert page.open == []
    sources = page.values("src")
    assert len(sources) == len(draw.names())
    assert all(re.match(r"data:image/(png|svg\+xml);base64,[A-Za-z0-9+/=]+$", source) for source in sources)
    assert not {"link", "iframe", "object", "embed"} & {tag for tag, _ in page.tags}
    assert "url(" not in html and "@import" not in html
    identifiers = page.values("id")
    assert len(identifiers) == len(set(identifiers))
    for target in page.values("href"):
        assert target[1:] in identifiers if target.startswith("#") else target.startswith("https://")


def test_every_figure_has_alternative_text(drawn: Path) -> None:
    markdown, html = built(drawn)
    alternatives = Page(html).values("alt")
    assert len(alternatives) == len(draw.names()) and all(len(text) > 40 for text in alternatives)
    assert "![]" not in markdown


def test_rendered_markdown_has_the_tables_images_and_headings_of_the_html_page(drawn: Path) -> None:
    """Renders the Markdown as CommonMark with GitHub's tables, and compares it with the HTML page."""
    markdown, html = built(drawn)
    rendered = MarkdownIt("commonmark").enable("table").render(markdown)
    tags = [[tag for tag, _ in Page(text).tags] for text in (rendered, html)]
    assert tags[0].count("table") == tags[1].count("table") > 5
    assert tags[0].count("img") == tags[1].count("img") == len(draw.names())
    assert [tag for tag in tags[0] if re.match("h[1-6]$", tag)] == ["h1"] + ["h2"] * tags[1].count("h2")
    # In Markdown, the table of claims has one more column, of numbers.
    cells = [sum(names.count(tag) for tag in ("th", "td")) for names in tags]
    assert cells[0] == cells[1] + len(claims.CLAIMS) + 1
    text = "".join(Page(rendered).text)
    assert not re.search(r"\|[ -]|\*\*|`|!\[|\]\(", text.replace("JPEG | <not>", "")), "a mark was left as text"


def test_the_markdown_and_the_html_page_have_the_same_text(drawn: Path) -> None:
    markdown, html = built(drawn)
    words = " ".join("".join(Page(html).text).split())
    for block in re.split(r"\n\n+", markdown):
        if re.match(r"[A-Z][^|`*\[\\]+\.$", block):
            assert " ".join(block.split()) in words


def test_building_again_gives_the_same_bytes(drawn: Path) -> None:
    assert built(drawn) == built(drawn)


def test_numbers_match_the_records(drawn: Path) -> None:
    markdown, _ = built(drawn)
    results = json.loads((drawn / "records" / "06-results.json").read_text())["results"]
    for model in ("plain", "augmented"):
        assert f"{100 * results[model]['accuracy']:.1f}\N{NO-BREAK SPACE}%" in markdown
        assert f"{results[model]['loss']:.3f}" in markdown


def test_a_stand_in_data_set_is_announced_at_the_top_and_no_claims_are_tested_on_it(
    tmp_path: Path, dataset: bigeggs.Dataset
) -> None:
    root = write(tmp_path, dataset, stand_in=True)
    markdown, html = built(root)
    assert re.match(r"# .*stand-in for CIFAR-10\n\n> \*\*These are not CIFAR-10's images: Fashion-MNIST", markdown)
    assert html.index("These are not CIFAR-10") < html.index('class="contents"')
    verdicts = [each.verdict for each in claims.tested(Run(root / "records", root / "plots", SECTIONS))]
    assert verdicts.count(claims.STAND_IN) == len(verdicts) - 1
    assert "has neither, so there is nothing to show" in markdown


def test_the_report_of_a_quick_run_says_that_it_is_not_comparable(tmp_path: Path, dataset: bigeggs.Dataset) -> None:
    markdown, _ = built(write(tmp_path, dataset, profile="quick"))
    assert "> **This is a quick run.** It used 250 training and 200 test images" in markdown
    assert "not to be compared with the original" in markdown
    assert markdown.count(f"**{claims.QUICK}**") == len(claims.CLAIMS) - 1


def test_an_unofficial_data_set_is_announced_with_its_statement(tmp_path: Path, dataset: bigeggs.Dataset) -> None:
    markdown, html = built(write(tmp_path, dataset, official=False))
    assert "> **The data set is not the official archive.**" in markdown
    assert "The pixels were decoded from JPEG | <not> the original archive.\nLine two." in markdown
    assert "JPEG | &lt;not&gt; the original archive.\nLine two." in html


def test_a_full_run_on_official_data_has_no_notice(drawn: Path) -> None:
    markdown, html = built(drawn)
    assert "\n> " not in markdown and 'class="notice"' not in html
    assert "a little too good" in markdown


def test_a_report_without_records_lists_the_sections_that_were_not_run(tmp_path: Path) -> None:
    markdown, html = built(tmp_path)
    titles = dict(SECTIONS)
    for section in {plot["section"] for plot in draw.names()}:
        told = f"*Not run yet: section {int(section[:2])}, {titles[section]}.*"
        assert f"{told} The command `swift run -c release {section} --profile full` runs this section." in markdown
    assert markdown.count(f"**{claims.NOT_RUN}**") == len(claims.CLAIMS)
    assert Page(html).open == []


def test_a_report_without_figures_says_how_to_draw_them(example: Path) -> None:
    markdown, html = built(example)
    assert "`bigeggs figures class-counts` draws it" in markdown
    assert "<img" not in html


def test_records_with_different_settings_get_a_notice(example: Path) -> None:
    path = example / "records" / "06-results.json"
    record = json.loads(path.read_text())
    record["settings"]["seed"] = 8
    path.write_text(json.dumps(record))
    assert "> **The sections do not belong together.**" in built(example)[0]


def change(root: Path, section: str, **results: object) -> None:
    """Replaces some results in a section's record."""
    path = root / "records" / f"{section}.json"
    record = json.loads(path.read_text())
    record["results"].update(results)
    path.write_text(json.dumps(record))


def test_a_training_of_one_epoch_is_described_in_the_singular(example: Path) -> None:
    record = json.loads((example / "records" / "04-plain-training.json").read_text())["results"]
    history = {name: values[:1] for name, values in record["history"].items()}
    change(
        example, "04-plain-training", history=history, epochsRun=1, bestEpoch=1, stoppedEpoch=None, overfitsFrom=None
    )
    markdown, _ = built(example)
    assert "**Plain training.** It ran for its one epoch." in markdown and "1 epochs" not in markdown


def test_the_callbacks_of_both_trainings_are_listed(example: Path) -> None:
    callback = {"name": "EarlyStopping", "settings": {"monitor": "val_loss", "patience": 11}}
    change(example, "05-augmented-training", callbacks=[callback])
    markdown, _ = built(example)
    assert "| plain | `EarlyStopping` | `val_accuracy` | 6 | ends the training |" in markdown
    assert "| augmented | `EarlyStopping` | `val_loss` | 11 | ends the training |" in markdown
    assert "first in epoch 12, and training was stopped after epoch 17" in markdown


def test_many_wrong_predictions_in_the_demo_are_counted_not_listed(example: Path) -> None:
    demo = json.loads((example / "records" / "07-demo.json").read_text())["results"]["demo"]
    wrong = [{**image, "predicted": (image["truth"] + 1) % 10} for image in demo[:9]] + demo[9:]
    change(example, "07-demo", demo=wrong, right=15)
    assert "The figure marks the 10 that are wrong." in built(example)[0]


def test_the_rebuild_command_has_the_options_of_the_run(example: Path) -> None:
    path = example / "records" / "01-data.json"
    record = json.loads(path.read_text())
    record["run"]["command"] = "swift run -c release 01-data --profile full --seed 9"
    path.write_text(json.dumps(record))
    assert "~~~~text\nbigeggs report --profile full --seed 9\n~~~~" in built(example)[0]


def test_without_wrong_predictions_the_report_explains_none(example: Path) -> None:
    explained = json.loads((example / "records" / "06-results.json").read_text())["results"]["explained"]
    change(example, "06-results", explained={**explained, "wrong": []})
    assert "predicted wrong" not in built(example)[0]
    change(example, "06-results", explained={**explained, "wrong": [], "right": []})
    assert "Grad-CAM" not in built(example)[0]


def test_a_broken_template_leaves_the_old_report_unchanged(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = built(example)
    templates = tmp_path / "templates"
    templates.mkdir()
    for name in ("report.md.j2", "report.html.j2", "report.css"):
        (templates / name).write_text((build.TEMPLATES / name).read_text())
    (templates / "report.html.j2").write_text("{{ document.no_such_thing.at_all }}")
    (example / "records" / "07-demo.json").unlink()
    monkeypatch.setattr(build, "TEMPLATES", templates)
    with pytest.raises(Exception, match="no_such_thing"):
        built(example)
    assert ((example / "report" / "report.md").read_text(), (example / "report" / "report.html").read_text()) == before


def test_text_from_a_record_cannot_become_markup() -> None:
    text = literal("<b>*a*</b> | `c` [d](e)")
    assert inline_html(text) == "&lt;b&gt;*a*&lt;/b&gt; | `c` [d](e)"


@pytest.mark.parametrize(
    ("claim", "path", "value", "verdict"),
    [
        ("The best accuracy", "06-results/augmented/accuracy", 0.91, claims.HOLDS),
        ("The best accuracy", "06-results/augmented/accuracy", 0.89, claims.IN_PART),
        ("The best accuracy", "06-results/augmented/accuracy", 0.8, claims.FAILS),
        ("The best loss", "06-results/augmented/loss", 0.404, claims.HOLDS),
        ("The best loss", "06-results/augmented/loss", 0.45, claims.IN_PART),
        ("The best loss", "06-results/augmented/loss", 0.56, claims.FAILS),
        ("Plain training can overfit", "04-plain-training/overfitsFrom", 12, claims.HOLDS),
        ("Plain training can overfit", "04-plain-training/overfitsFrom", 3, claims.IN_PART),
        ("Plain training can overfit", "04-plain-training/overfitsFrom", None, claims.FAILS),
        ("Of 25 test images", "07-demo/right", 25, claims.HOLDS),
        ("Of 25 test images", "07-demo/right", 24, claims.IN_PART),
        ("Of 25 test images", "07-demo/right", 20, claims.FAILS),
        ("Some hard images of birds", "07-demo/birdsAsAirplanesCount", 12, claims.HOLDS),
        ("Some hard images of birds", "07-demo/birdsAsAirplanesCount", 0, claims.FAILS),
    ],
)
def test_the_verdict_of_a_claim_depends_on_the_recorded_value(
    example: Path, claim: str, path: str, value: float | None, verdict: str
) -> None:
    section, *keys = path.split("/")
    file = example / "records" / f"{section}.json"
    record = json.loads(file.read_text())
    target = record["results"]
    for key in keys[:-1]:
        target = target[key]
    target[keys[-1]] = value
    file.write_text(json.dumps(record))
    tested = claims.tested(Run(example / "records", example / "plots", SECTIONS))
    assert [each.verdict for each in tested if each.claim.startswith(claim)] == [verdict]


@pytest.mark.parametrize(("number", "told"), [(9, "nine"), (12, "twelve"), (13, "13")])
def test_the_goal_chapter_states_the_number_of_scripts(tmp_path: Path, number: int, told: str) -> None:
    further = [[f"{place:02}-further", "Further"] for place in range(len(SECTIONS) + 1, number + 1)]
    for page in built(tmp_path, (SECTIONS + further)[:number]):
        assert re.findall(r"that one of (\w+) scripts wrote", page) == [told]


def study_of(*names: str, **levels: float) -> list[dict]:
    """Returns the example's trainings with these names or recipes, all if none is named.

    `levels` are the test accuracies of recipes' first seeds. Each further seed has 0.001 more, and mirror images give
    0.005 more.
    """
    runs = [run for run in example_run.study_runs() if not names or run["name"] in names or run["recipe"] in names]
    for run in runs:
        if run["recipe"] in levels:
            run["test"]["accuracy"] = round(levels[run["recipe"]] + 0.001 * (run["seed"] - 1), 4)
            run["mirrored"]["accuracy"] = round(run["test"]["accuracy"] + 0.005, 4)
    return runs


def beyond(root: Path, runs: list[dict]) -> str:
    """Builds the report of a study with these trainings; returns the chapter on it, in Markdown."""
    change(root, "08-beyond", study=example_run.study_results(runs))
    return chapter(built(root)[0])


def chapter(markdown: str) -> str:
    """Returns the text of the chapter "Beyond the report", with plain spaces."""
    found = re.search(r"\n## \d+\. Beyond the report\n(.+?)\n## ", markdown, re.DOTALL)
    return found[1].replace("\N{NO-BREAK SPACE}", " ")


def accuracies(runs: list[dict], recipe: str, kind: str = "test") -> list[float]:
    """Returns the accuracies of a recipe's trainings, of the kind "test" or "mirrored"."""
    return [run[kind]["accuracy"] for run in runs if run["recipe"] == recipe]


def claim(root: Path, words: str) -> claims.Tested:
    """Tests the claim with these words on a run; returns it without the origins of its numbers."""
    tested = claims.tested(Run(root / "records", root / "plots", SECTIONS))
    found = next(each for each in tested if each.claim == words)
    return replace(found, measured=without_origins(found.measured))


def test_the_raw_and_rescaled_comparison_states_what_is_left_of_the_initial_moving_variance(example: Path) -> None:
    text = built(example)[0].replace("\N{NO-BREAK SPACE}", " ")
    assert "After 200 steps 13 % of the initial 1 is left" in text
    assert "variance of 21 on raw and 0.0004 on rescaled pixels" in text
    assert "On rescaled pixels the remainder is larger than this variance" in text
    assert "validation loss is 1.410 and accuracy 45.2 % on raw pixels, 1.020 and 59.1 % on rescaled ones." in text
    tested = claim(example, "Normalized pixels help the network to train.")
    assert tested.verdict == claims.HOLDS and "1.410 raw and 1.020 rescaled" in tested.measured
    change(example, "02-normalization", comparison={
        **example_run.normalization_results(500)["comparison"],
        "startLeft": 1e-9, "scaledPrecise": {"loss": 1.42, "accuracy": 0.46, "firstVariance": 0.0004},
        "rawPrecise": {"loss": 1.41, "accuracy": 0.452, "firstVariance": 134.2},
    })  # fmt: skip
    text = built(example)[0]
    assert "larger than this variance" not in text and "1.420 and 46.0" in text
    assert "variance of 130 on raw and 0.0004 on rescaled pixels" in text
    assert claim(example, "Normalized pixels help the network to train.").verdict == claims.FAILS


def test_the_study_chapter_comes_before_the_claims(drawn: Path) -> None:
    headings = re.findall(r"^## \d+\. (.+)$", built(drawn)[0], re.MULTILINE)
    place = headings.index("Beyond the report")
    assert headings[place + 1 : place + 3] == ["Above 0.9 in minutes", "Claims of the original, tested"]


def test_the_study_chapter_states_mean_and_range_over_the_seeds(example: Path) -> None:
    runs = study_of()
    text = beyond(example, runs)
    assert "All 18 trainings are recorded." in text
    for run in (run for run in runs if run["recipe"] in example_run.OWN):
        assert f"| {run['recipe']} | {run['seed']} | {run['epochs']} | {run['keptEpoch']} |" in text
        assert f"| {100 * run['test']['accuracy']:.2f} % |" in text
    values = {recipe: accuracies(runs, recipe) for recipe in example_run.RECIPES}
    for recipe in example_run.OWN:
        mean, low, high = np.mean(values[recipe]), min(values[recipe]), max(values[recipe])
        sentence = f"Over 3 seeds, `{recipe}` has {mean:.2%} on average, from {low:.2%} to {high:.2%}."
        assert sentence.replace("%", " %") in text
    widest = max(values, key=lambda recipe: np.ptp(values[recipe]))
    assert f"the seeds of `{widest}` are furthest apart, by {100 * np.ptp(values[widest]):.2f} points." in text


def test_the_mean_effect_of_choosing_the_epoch_by_test_images_is_stated(example: Path) -> None:
    choices = [example_run.choice(run) for run in study_of(*example_run.OWN)]

    def mean(metric: str) -> float:
        return float(np.mean([each["byTest"][metric] - each["byHeldOut"][metric] for each in choices]))

    text = beyond(example, study_of())
    direction = "higher" if mean("accuracy") > 0 else "lower"
    assert f"on average over 6 trainings the test loss would be {-mean('loss'):.3f} lower" in text
    assert f"and the test accuracy {abs(100 * mean('accuracy')):.2f} points {direction}." in text
    most = np.mean([each["highestAccuracy"] - each["byHeldOut"]["accuracy"] for each in choices])
    assert f"The highest test accuracy of any epoch is {100 * most:.2f} points above" in text


def test_choosing_the_epoch_by_test_images_without_effect_is_stated(example: Path) -> None:
    run = study_of("plain-1")[0]
    run["heldOutHistory"] = run["testHistory"]
    text = beyond(example, [run])
    assert "in the one that is recorded the test loss would be the same and the test accuracy the same." in text
    assert "Both ways choose the same epoch in 1 of 1." in text


def test_each_recipe_is_compared_with_the_differences_between_seeds(example: Path) -> None:
    levels = {"flip": 0.85, "smoothing": 0.832, "decay": 0.82, "cosine": 0.8309, "longer": 0.84, "best": 0.88}
    runs = study_of(plain=0.79, augmented=0.83, **levels)
    runs[0]["test"]["accuracy"] = 0.7  # Seeds of plain training do not affect the other recipes.
    text = beyond(example, runs)
    own = np.mean(accuracies(runs, "augmented"))
    for recipe in example_run.RECIPES:
        gain = signed(float(np.mean(accuracies(runs, recipe)) - own))
        mirrored = f"{np.mean(accuracies(runs, recipe, 'mirrored')):.2%}".replace("%", " %")
        assert re.search(rf"\| {recipe} \| \d \|[^|]+\|[^|]+\| {re.escape(gain)} \| {mirrored} \| ", text), recipe
        assert f"`bigeggs study {recipe}` |" in text
    assert "| augmented | 3 |" in text and "| 0.00 |" in text
    assert re.search(r"\| decay \| 2 \|[^|]+\| 82.05 % \(82.00 to 82.10\) \| \N{MINUS SIGN}1.05 \| 82.55 % \|", text)
    assert (
        "Leaving out `plain`, seeds of one recipe are up to 0.20 points apart. Compared with the report's recipe, "
        "`flip`, `longer` and `best` gain more than that; `decay` loses more than that; `smoothing` and `cosine` "
        "differ by no more than that, which means nothing."
    ) in text


def test_recipes_that_all_lose_accuracy_are_listed_as_losing(example: Path) -> None:
    text = beyond(example, study_of("augmented", "flip", "decay", augmented=0.83, flip=0.8, decay=0.81))
    assert "Compared with the report's recipe, `flip` and `decay` lose more than that." in text


@pytest.mark.parametrize(
    ("level", "sentences"),
    [
        (0.88, ["No recipe reaches it on average. The highest", "No single training is above it.",
                "The closest recipe is `best`"]),
        (0.8944, ["No recipe reaches it on average. The highest", "Above it in a single training: `best-2`."]),
        (0.897, ["It is reached only with mirror images: by `best` (90.",
                 "The report's own recipe, `augmented`, has"]),
        (0.902, ["It is reached by `best` (90.", "The report's own recipe, `augmented`, has"]),
    ],
)
def test_whether_an_accuracy_above_0_9_is_reached_depends_on_the_means(
    example: Path, level: float, sentences: list[str]
) -> None:
    runs = study_of(best=level)
    text = beyond(example, runs)
    assert all(sentence in text for sentence in sentences), text
    means = [np.mean(accuracies(runs, "best", kind)) for kind in ("test", "mirrored")]
    assert ("It is reached by" in text) == (means[0] > 0.9) and ("No recipe" in text) == (max(means) <= 0.9)
    assert ("The closest recipe" in text) == (max(means) <= 0.9), "what is in the way is told where something is"
    if max(means) <= 0.9:
        assert f"; {points(0.9 - max(means))} are missing.".replace("\N{NO-BREAK SPACE}", " ") in text


@pytest.mark.parametrize(("seen", "ending"), [(0.95, ": its capacity is large enough"), (0.89, ".")])
def test_training_and_held_out_accuracy_are_stated_if_0_9_is_not_reached(
    example: Path, seen: float, ending: str
) -> None:
    runs = study_of("augmented", "best", best=0.87)
    for run, less in zip((run for run in runs if run["recipe"] == "best"), (0, 0.01)):
        run["trainHistory"]["accuracy"][-1] = seen - less
        run["heldOutHistory"]["accuracy"][-1] = 0.88 - less
    text = beyond(example, runs)
    told = (
        f"In the last epoch of `best`, the network is right on {100 * seen - 0.5:.1f} % of the training images, "
        "with the training's augmentation and dropout"
    )
    assert f"{told}, and after that epoch on 87.5 % of the held-out images{ending}" in text


def test_a_study_on_unofficial_images_that_does_not_reach_0_9_says_so(example: Path) -> None:
    runs = study_of("augmented")
    assert "copy of CIFAR-10" not in beyond(example, runs)
    runs[1]["isOfficial"] = False
    assert "These recipes train on a copy of CIFAR-10 whose images are not the official ones" in beyond(example, runs)


def test_harmful_mirror_images_do_not_hide_that_0_9_is_reached(example: Path) -> None:
    runs = study_of("augmented", "best", best=0.91)
    for run in runs:
        run["mirrored"]["accuracy"] = run["test"]["accuracy"] - 0.05
    text = beyond(example, runs)
    assert "It is reached by `best`" in text and "The closest recipe" not in text
    assert "Mirror images change the mean test accuracy of a recipe by \N{MINUS SIGN}5.00 points." in text


def test_the_reports_own_recipe_can_reach_0_9(example: Path) -> None:
    text = beyond(example, study_of("augmented", augmented=0.902))
    assert "It is reached by `augmented` (90.30 % over 3 seeds)." in text
    assert "The report's own recipe, " not in text


def test_an_incomplete_study_states_how_many_trainings_are_recorded(example: Path) -> None:
    text = beyond(example, study_of("plain-1", "augmented", "flip-2"))
    assert "5 of its 18 trainings are recorded, and `bigeggs study` runs the others." in text
    assert "| plain | 1 of 3 |" in text and "| flip | 1 of 2 |" in text and "| longer |" not in text
    assert "With its one seed, `plain` has" in text and "No recipe reaches it on average so far." in text


def test_with_one_seed_per_recipe_no_recipe_is_called_better(example: Path) -> None:
    text = beyond(example, study_of("augmented-1", "flip-1"))
    assert "No recipe has two seeds yet, so how far seeds are apart is not known." in text
    assert "no difference between recipes can be told from chance" in text
    assert "gain more" not in text and "Over 1" not in text


def test_without_the_reports_recipe_there_is_no_comparison(example: Path) -> None:
    text = beyond(example, study_of("flip", "best"))
    assert "Neither of the report's recipes is recorded yet." in text and "| — |" in text
    assert "The report's recipe is not recorded yet, so there is nothing to compare the others with." in text
    assert "The choice of the epoch" not in text and "study-selection" not in text


def test_a_study_without_trainings_names_the_command_that_runs_them(example: Path) -> None:
    text = beyond(example, [])
    assert "none of the study's 18 trainings is recorded.* `bigeggs study` runs them." in text and "|" not in text


def test_a_run_on_other_data_has_no_study(tmp_path: Path, dataset: bigeggs.Dataset) -> None:
    text = chapter(built(write(tmp_path, dataset, stand_in=True))[0])
    assert "The study is of CIFAR-10. This run is of Fashion-MNIST, so there is nothing to show." in text
    assert "|" not in text and "0.9 is" not in text


def test_only_the_report_of_a_quick_run_says_that_the_study_has_full_trainings(
    tmp_path: Path, dataset: bigeggs.Dataset
) -> None:
    text = chapter(built(write(tmp_path / "full", dataset))[0])
    assert "full trainings, whatever the profile" not in text
    text = chapter(built(write(tmp_path / "quick", dataset, profile="quick"))[0])
    assert "full trainings, whatever the profile" in text


def best_accuracy(root: Path) -> claims.Tested:
    """Tests the claim on an accuracy above 0.9."""
    return claim(root, "The best accuracy is above 0.9.")


def test_the_accuracy_claim_quotes_the_study_but_its_verdict_ignores_it(example: Path) -> None:
    verdicts, runs = {best_accuracy(example).verdict}, study_of(best=0.902)
    change(example, "08-beyond", study=example_run.study_results(runs))
    mean, best, mirrored = (
        f"{np.mean(values):.1%}".replace("%", " %")
        for values in (accuracies(runs, "augmented"), accuracies(runs, "best"), accuracies(runs, "best", "mirrored"))
    )
    measured = best_accuracy(example).measured.replace("\N{NO-BREAK SPACE}", " ")
    assert measured.endswith(
        f"; in the study, the report's recipe has {mean} on average over 3 seeds and the best recipe, `best`, has "
        f"{best} on average over 2 seeds, {mirrored} with mirror images; another network, of 1,972,792 parameters and "
        "trained by the recipe `fast` in 11 min or more, has 90.7 % in six views on average over 5 seeds"
    )
    change(example, "09-fast", study=None)
    assert "another network" not in best_accuracy(example).measured
    verdicts.add(best_accuracy(example).verdict)
    change(example, "08-beyond", study=example_run.study_results(study_of("augmented-2")))
    measured = best_accuracy(example).measured
    assert "; in the study, the best recipe, `augmented`, has" in measured and "with one seed" in measured
    verdicts.add(best_accuracy(example).verdict)
    change(example, "08-beyond", study=None)
    assert "study" not in best_accuracy(example).measured
    (example / "records" / "08-beyond.json").unlink()
    assert "study" not in best_accuracy(example).measured
    assert len(verdicts | {best_accuracy(example).verdict}) == 1


def fast_chapter(root: Path, runs: list[dict] | None) -> str:
    """Returns the chapter on the fast network with these trainings; None is no study, as for other data sets."""
    change(root, "09-fast", study=None if runs is None else example_run.fast_study(runs))
    text = built(root)[0].split("## 11. Above 0.9 in minutes")[1].split("## 12.")[0]
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_fast_chapter_states_mean_deviation_time_and_memory_over_its_seeds(example: Path) -> None:
    text = fast_chapter(example, example_run.fast_runs())
    assert (
        "Over 5 seeds the recipe has 90.66 % of the test images right on average in six views, from 90.58 % to "
        "90.74 %, with a standard deviation of 0.06 points; every seed is above 0.9. Without test views, 89.73 % "
        "are right."
    ) in text
    assert "A training took 11 min, including the evaluation on the test images after each epoch" in text
    assert "and at most 2,100 MB of memory." in text
    assert text.count("| fast-") == 6 and "| fast-held-out-1 | 45,000 | 89.01 % |" in text


def test_the_fast_chapter_reports_a_seed_below_0_9_and_missing_trainings(example: Path) -> None:
    low = example_run.fast_run("fast", 2, 0.8991)
    text = fast_chapter(example, [example_run.fast_run("fast", 1, 0.9066), low])
    assert "not every seed is above 0.9" in text
    assert "2 of 5 are recorded; `bigeggs study fast` trains the others." in text
    assert "17 of 19 trainings are not recorded yet" in text


def test_the_fast_chapter_compares_held_out_with_test_accuracy_and_mentions_the_tuning(example: Path) -> None:
    tuned = "tuned its settings on CIFAR-10's test images"
    runs = example_run.fast_runs()
    text = fast_chapter(example, runs)
    assert tuned in text
    told = "has 89.01 % of the 5,000 held-out images right and 89.29 % of the test images: a difference of 0.28 points"
    assert told in text
    without = fast_chapter(example, [run for run in runs if not run["heldOutImages"]])
    assert tuned in without and "held-out images right" not in without


def test_the_accuracy_lost_without_an_ingredient_is_the_difference_of_means(example: Path) -> None:
    text = fast_chapter(example, example_run.fast_runs())
    for ingredient, lost in (("whitening", 1.7), ("Muon", 2.5), ("alternating flips", 0.4), ("smoothed labels", 0.62)):
        row = next(line for line in text.splitlines() if line.startswith(f"| {ingredient} |"))
        assert row.endswith(f"| 3 | {90.66 - lost:.2f} % | \N{MINUS SIGN}{lost:.2f} |"), row
    assert "| test views | each test image as it is | 5 | 89.73 % | \N{MINUS SIGN}0.93 |" in text


def test_the_larger_network_is_compared_with_the_fast_one_if_recorded(example: Path) -> None:
    text = fast_chapter(example, example_run.fast_runs())
    assert "With one seed it has 92.42 % of the test images right in six views, +1.76 points against `fast`" in text
    assert "A larger network" not in fast_chapter(example, [example_run.fast_run("fast", 1, 0.9066)])


def test_without_trainings_the_fast_chapter_names_the_command_that_runs_them(example: Path) -> None:
    text = fast_chapter(example, [])
    assert "*Not run yet: no training of `fast` is recorded.* `bigeggs study fast` trains it." in text


def test_the_fast_chapter_for_other_data_has_one_training_and_no_study(example: Path) -> None:
    text = fast_chapter(example, None)
    assert "in six views" in text and "The trainings with other seeds are of CIFAR-10." in text


def test_times_of_different_processors_are_not_compared(drawn: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(drawn, tmp_path / "run"))
    assert "different processors" not in fast_chapter(root, [])
    path = root / "records" / "09-fast.json"
    record = json.loads(path.read_text())
    record["environment"]["processor"] = "another"
    path.write_text(json.dumps(record))
    assert "They ran on different processors: times are not to be compared." in fast_chapter(root, [])
