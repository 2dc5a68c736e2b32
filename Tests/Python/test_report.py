"""The report: links resolve, nothing is loaded from elsewhere, what must be said is said."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import bigeggs
import pytest
from conftest import write
from markdown_it import MarkdownIt

from plots import draw
from report import build, claims
from report.run import Run
from report.text import inline_html, literal


def built(root: Path) -> tuple[str, str]:
    """Markdown and HTML of a run."""
    paths = build.build(str(root / "records"), str(root / "plots"), str(root / "report"), str(root / "weights"))
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
        """Every value of an attribute in the page."""
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


def test_the_page_is_one_file(drawn: Path) -> None:
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


def test_every_figure_has_words_for_who_cannot_see_it(drawn: Path) -> None:
    markdown, html = built(drawn)
    alternatives = Page(html).values("alt")
    assert len(alternatives) == len(draw.names()) and all(len(text) > 40 for text in alternatives)
    assert "![]" not in markdown


def test_the_markdown_is_rendered_as_it_is_meant(drawn: Path) -> None:
    """CommonMark with GitHub's tables: as many tables with as many cells as the page of HTML has."""
    markdown, html = built(drawn)
    rendered = MarkdownIt("commonmark").enable("table").render(markdown)
    tags = [[tag for tag, _ in Page(text).tags] for text in (rendered, html)]
    assert tags[0].count("table") == tags[1].count("table") > 5
    assert tags[0].count("img") == tags[1].count("img") == len(draw.names())
    assert [tag for tag in tags[0] if re.match("h[1-6]$", tag)] == ["h1"] + ["h2"] * tags[1].count("h2")
    # The claims have a column of numbers in Markdown, whose page has the rules within the table.
    cells = [sum(names.count(tag) for tag in ("th", "td")) for names in tags]
    assert cells[0] == cells[1] + len(claims.CLAIMS) + 1
    text = "".join(Page(rendered).text)
    assert not re.search(r"\|[ -]|\*\*|`|!\[|\]\(", text.replace("JPEG | <not>", "")), "a mark was left as text"


def test_both_pages_tell_the_same(drawn: Path) -> None:
    markdown, html = built(drawn)
    words = " ".join("".join(Page(html).text).split())
    for block in re.split(r"\n\n+", markdown):
        if re.match(r"[A-Z][^|`*\[\\]+\.$", block):
            assert " ".join(block.split()) in words


def test_building_again_gives_the_same_bytes(drawn: Path) -> None:
    assert built(drawn) == built(drawn)


def test_numbers_are_those_of_the_records(drawn: Path) -> None:
    markdown, _ = built(drawn)
    results = json.loads((drawn / "records" / "06-results.json").read_text())["results"]
    for model in ("plain", "augmented"):
        assert f"{100 * results[model]['accuracy']:.1f}\N{NO-BREAK SPACE}%" in markdown
        assert f"{results[model]['loss']:.3f}" in markdown


def test_the_stand_in_is_announced_first_and_judges_nothing(tmp_path: Path, dataset: bigeggs.Dataset) -> None:
    root = write(tmp_path, dataset, stand_in=True)
    markdown, html = built(root)
    assert re.match(r"# .*stand-in for CIFAR-10\n\n> \*\*These are not CIFAR-10's images: Fashion-MNIST", markdown)
    assert html.index("These are not CIFAR-10") < html.index('class="contents"')
    verdicts = [each.verdict for each in claims.tested(Run(root / "records", root / "plots"))]
    assert verdicts.count(claims.STAND_IN) == len(verdicts) - 1
    assert "has neither, so there is nothing to show" in markdown


def test_a_quick_run_says_that_it_is_not_to_be_compared(tmp_path: Path, dataset: bigeggs.Dataset) -> None:
    markdown, _ = built(write(tmp_path, dataset, profile="quick"))
    assert "> **This is a quick run.** It used 250 training and 200 test images" in markdown
    assert "not to be compared with the original" in markdown
    assert markdown.count(f"**{claims.QUICK}**") == len(claims.CLAIMS) - 1


def test_an_unofficial_copy_is_named_with_its_own_statement(tmp_path: Path, dataset: bigeggs.Dataset) -> None:
    markdown, html = built(write(tmp_path, dataset, official=False))
    assert "> **The data set is not the official archive.**" in markdown
    assert "The pixels were decoded from JPEG | <not> the original archive.\nLine two." in markdown
    assert "JPEG | &lt;not&gt; the original archive.\nLine two." in html


def test_the_official_run_needs_no_notice(drawn: Path) -> None:
    markdown, html = built(drawn)
    assert "\n> " not in markdown and 'class="notice"' not in html
    assert "a little too good" in markdown


def test_a_report_of_nothing_says_what_was_not_run(tmp_path: Path) -> None:
    markdown, html = built(tmp_path)
    for section in ("01-data", "02-normalization", "03-augmentation", "06-results", "07-demo"):
        assert f"`swift run -c release {section} --profile full` runs this section" in markdown
    assert markdown.count(f"**{claims.NOT_RUN}**") == len(claims.CLAIMS)
    assert Page(html).open == []


def test_a_report_without_figures_says_how_to_draw_them(example: Path) -> None:
    markdown, html = built(example)
    assert "`bigeggs figures class-counts` draws it" in markdown
    assert "<img" not in html


def test_records_that_do_not_belong_together_are_told(example: Path) -> None:
    path = example / "records" / "06-results.json"
    record = json.loads(path.read_text())
    record["settings"]["seed"] = 8
    path.write_text(json.dumps(record))
    assert "> **The sections do not belong together.**" in built(example)[0]


def change(root: Path, section: str, **results: object) -> None:
    """Rewrites some results of a record."""
    path = root / "records" / f"{section}.json"
    record = json.loads(path.read_text())
    record["results"].update(results)
    path.write_text(json.dumps(record))


def test_a_training_of_one_epoch_is_told_as_one(example: Path) -> None:
    record = json.loads((example / "records" / "04-plain-training.json").read_text())["results"]
    history = {name: values[:1] for name, values in record["history"].items()}
    change(
        example, "04-plain-training", history=history, epochsRun=1, bestEpoch=1, stoppedEpoch=None, overfitsFrom=None
    )
    markdown, _ = built(example)
    assert "**Plain training.** It ran for its one epoch." in markdown and "1 epochs" not in markdown


def test_the_callbacks_are_told_for_both_trainings(example: Path) -> None:
    callback = {"name": "EarlyStopping", "settings": {"monitor": "val_loss", "patience": 11}}
    change(example, "05-augmented-training", callbacks=[callback])
    markdown, _ = built(example)
    assert "| plain | `EarlyStopping` | `val_accuracy` | 6 | ends the training |" in markdown
    assert "| augmented | `EarlyStopping` | `val_loss` | 11 | ends the training |" in markdown
    assert "first in epoch 12, and training was stopped after epoch 17" in markdown


def test_a_demonstration_of_many_mistakes_is_told_by_their_number(example: Path) -> None:
    demo = json.loads((example / "records" / "07-demo.json").read_text())["results"]["demo"]
    wrong = [{**image, "predicted": (image["truth"] + 1) % 10} for image in demo[:9]] + demo[9:]
    change(example, "07-demo", demo=wrong, right=15)
    assert "The figure marks the 10 that are wrong." in built(example)[0]


def test_the_command_that_rebuilds_has_the_options_of_the_run(example: Path) -> None:
    path = example / "records" / "01-data.json"
    record = json.loads(path.read_text())
    record["run"]["command"] = "swift run -c release 01-data --profile full --seed 9"
    path.write_text(json.dumps(record))
    assert "~~~~text\nbigeggs report --profile full --seed 9\n~~~~" in built(example)[0]


def test_a_network_without_a_mistake_has_none_to_explain(example: Path) -> None:
    explained = json.loads((example / "records" / "06-results.json").read_text())["results"]["explained"]
    change(example, "06-results", explained={**explained, "wrong": []})
    assert "predicted wrong" not in built(example)[0]
    change(example, "06-results", explained={**explained, "wrong": [], "right": []})
    assert "Grad-CAM" not in built(example)[0]


def test_a_broken_template_leaves_the_old_report(
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


def test_what_a_record_says_cannot_become_markup() -> None:
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
def test_a_verdict_follows_from_the_record(
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
    tested = claims.tested(Run(example / "records", example / "plots"))
    assert [each.verdict for each in tested if each.claim.startswith(claim)] == [verdict]
