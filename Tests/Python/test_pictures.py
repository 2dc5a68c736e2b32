"""Tests the decoding of pictures into a network's input, against pixels that were computed without Pillow."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from test_report import Page

import bigeggs_pictures as decode
from bigeggs_report.pictures import page

SIDE = 32


def decoded(*paths: Path | str, side: int = SIDE) -> tuple[np.ndarray, list[str | None]]:
    """Decodes some files; returns the squares `[count, side, side, 3]`, and the problem or None of each file."""
    memory = bytearray(len(paths) * side * side * 3)
    found = decode.decode(memoryview(memory), [str(path) for path in paths], side)
    problems = [value if isinstance(value, str) else None for value in found]
    return np.frombuffer(memory, np.uint8).reshape(len(paths), side, side, 3).astype(int), problems


def one(path: Path, side: int = SIDE) -> np.ndarray:
    """Decodes a picture that has no problem; returns its square."""
    pixels, problems = decoded(path, side=side)
    assert problems == [None]
    return pixels[0]


def scene(height: int, width: int) -> np.ndarray:
    """Makes a picture without symmetry: smooth colours, and a block in one corner.

    Its values leave room for the filter's overshoot at edges, which would be clipped at 0 and 255.
    """
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    picture = 60 + 135 * np.stack([x, y, 0.5 + 0.5 * np.sin(9 * x + 5 * y * y)], axis=-1)
    picture[: height // 4, : width // 3] = (190, 70, 80)
    return np.rint(picture).astype(np.uint8)


def lanczos(picture: np.ndarray, side: int) -> np.ndarray:
    """Scales a square picture `[size, size, channels]` in float64, by the definition of Lanczos's filter."""
    size = len(picture)
    scale = max(size / side, 1)
    centres = (np.arange(side) + 0.5) * size / side
    offsets = (np.arange(size) + 0.5 - centres[:, None]) / scale
    weights = np.where(np.abs(offsets) < 3, np.sinc(offsets) * np.sinc(offsets / 3), 0)
    weights /= weights.sum(axis=1, keepdims=True)
    across = np.tensordot(picture.astype(float), weights, axes=(1, 1))
    return np.clip(np.tensordot(weights, across, axes=(1, 0)).swapaxes(1, 2), 0, 255)


def test_decode_returns_the_shorter_side_of_the_full_size_picture(tmp_path: Path) -> None:
    for number, size in enumerate([(900, 700), (300, 9000), (20, 40)]):
        Image.new("RGB", size).save(tmp_path / f"{number}.jpg")
    paths = [str(tmp_path / f"{number}.jpg") for number in range(4)]
    found = decode.decode(memoryview(bytearray(4 * 32 * 32 * 3)), paths, 32)
    assert found[:3] == [700, 300, 20] and isinstance(found[3], str)


@pytest.mark.parametrize("size", [32, 33, 100, 517, 16])
@pytest.mark.parametrize("suffix", [".png", ".webp", ".gif"])
def test_squares_are_scaled_by_the_lanczos_filter(tmp_path: Path, size: int, suffix: str) -> None:
    path = tmp_path / f"scene{suffix}"
    # A GIF has at most 256 colours, which are enough for all greys.
    picture = np.repeat(scene(size, size)[..., 2:], 3, axis=2) if suffix == ".gif" else scene(size, size)
    Image.fromarray(picture).save(path, **({"lossless": True} if suffix == ".webp" else {}))
    assert np.abs(one(path) - lanczos(picture, SIDE)).max() <= 1.5


@pytest.mark.parametrize("size", [64, 150, 517, 2100])
def test_a_jpeg_decoded_at_reduced_size_matches_scaling_all_its_pixels(tmp_path: Path, size: int) -> None:
    path = tmp_path / "scene.jpg"
    Image.fromarray(scene(size, size)).save(path, quality=95)
    with Image.open(path) as image:
        whole = np.asarray(image)
    distance = np.abs(one(path) - lanczos(whole, SIDE))
    assert distance.mean() < 1 and distance.max() < 12


def test_the_centre_square_is_cropped(tmp_path: Path) -> None:
    wide = np.zeros((32, 96, 3), np.uint8)
    wide[:, :32], wide[:, 32:64], wide[:, 64:] = (255, 0, 0), scene(32, 32), (0, 0, 255)
    for name, picture in (("wide.png", wide), ("high.png", wide.swapaxes(0, 1))):
        Image.fromarray(picture).save(tmp_path / name)
    assert (one(tmp_path / "wide.png") == scene(32, 32)).all()
    assert (one(tmp_path / "high.png") == scene(32, 32).swapaxes(0, 1)).all()


#: How a camera in each EXIF orientation stores an upright scene.
STORED = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: upright.swapaxes(0, 1)[::-1, ::-1],
    8: lambda upright: np.rot90(upright, -1),
}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_the_exif_orientation_is_applied(tmp_path: Path, orientation: int, suffix: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored, plain = tmp_path / f"stored{suffix}", tmp_path / f"plain{suffix}"
    options = {".jpg": {"quality": 95}, ".webp": {"lossless": True}}.get(suffix, {})
    # The scene is wide, so that the turned picture is cropped, too. Its size is a multiple of that of JPEG's blocks, so
    # that both files have the blocks at the same places.
    upright = scene(128, 192)
    Image.fromarray(np.ascontiguousarray(STORED[orientation](upright))).save(stored, exif=exif, **options)
    Image.fromarray(upright).save(plain, **options)
    assert np.abs(one(stored) - one(plain)).max() <= (6 if suffix == ".jpg" else 1)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_counts_as_upright(tmp_path: Path) -> None:
    path = tmp_path / "scene.jpg"
    Image.fromarray(scene(64, 64)).save(path, exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12\0\x03")
    with Image.open(path) as image:
        assert np.abs(one(path) - lanczos(np.asarray(image), SIDE)).max() < 12


def test_transparent_pixels_become_white(tmp_path: Path) -> None:
    picture = np.zeros((32, 32, 4), np.uint8)
    picture[..., 0] = 200
    picture[:, :8, 3], picture[:, 8:16, 3], picture[:, 16:, 3] = 0, 255, 128
    for suffix in (".png", ".webp"):
        path = tmp_path / f"alpha{suffix}"
        Image.fromarray(picture).save(path, **({"lossless": True, "exact": True} if suffix == ".webp" else {}))
        pixels = one(path)
        assert (pixels[:, :8] == 255).all()
        assert (pixels[:, 8:16] == (200, 0, 0)).all()
        half = 255 + (np.array([200, 0, 0]) - 255) * 128 / 255
        assert np.abs(pixels[:, 16:] - half).max() <= 1


def test_colours_of_transparent_pixels_do_not_bleed(tmp_path: Path) -> None:
    picture = np.full((128, 128, 4), (0, 255, 0, 0), np.uint8)
    picture[:, :64] = (255, 0, 0, 255)
    Image.fromarray(picture).save(tmp_path / "alpha.png")
    pixels = one(tmp_path / "alpha.png")
    # Red over white has as much green as blue. The green of transparent pixels must add nothing.
    assert np.abs(pixels[..., 1] - pixels[..., 2]).max() <= 2


def test_palette_images_become_rgb(tmp_path: Path) -> None:
    image = Image.new("P", (64, 64))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(1, (32, 0, 64, 64))
    image.save(tmp_path / "palette.png")
    expected = lanczos(np.array([[[255, 0, 0]] * 32 + [[0, 0, 255]] * 32] * 64), SIDE)
    assert np.abs(one(tmp_path / "palette.png") - expected).max() <= 1.5
    image.save(tmp_path / "clear.png", transparency=1)
    cleared = lanczos(np.array([[[255, 0, 0]] * 32 + [[255, 255, 255]] * 32] * 64), SIDE)
    assert np.abs(one(tmp_path / "clear.png") - cleared).max() <= 2


def test_16_bit_grey_keeps_its_shades(tmp_path: Path) -> None:
    shades = np.linspace(0, 65535, 32).astype(np.uint16)
    Image.fromarray(np.tile(shades, (32, 1))).save(tmp_path / "deep.png")
    assert np.abs(one(tmp_path / "deep.png") - np.rint(shades / 257)[None, :, None]).max() <= 1


@pytest.mark.parametrize("mode", ["1", "L", "LA"])
def test_grey_images_become_rgb(tmp_path: Path, mode: str) -> None:
    Image.fromarray(scene(32, 32)).convert("L").convert(mode).save(tmp_path / "grey.png")
    with Image.open(tmp_path / "grey.png") as image:
        expected = np.asarray(image.convert("L")).astype(int)
    assert (one(tmp_path / "grey.png") == expected[..., None]).all()


def test_cmyk_images_become_rgb(tmp_path: Path) -> None:
    inks = {"red": (0, 255, 255, 0), "white": (0, 0, 0, 0), "black": (0, 0, 0, 255), "blue": (255, 255, 0, 0)}
    colours = {"red": (255, 0, 0), "white": (255, 255, 255), "black": (0, 0, 0), "blue": (0, 0, 255)}
    for name, ink in inks.items():
        Image.new("CMYK", (40, 40), ink).save(tmp_path / f"{name}.jpg", quality=95)
        assert np.abs(one(tmp_path / f"{name}.jpg") - colours[name]).max() <= 4, name


def test_the_first_frame_of_a_file_with_several_images_is_used(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    for name, kind in (("moving.gif", "GIF"), ("moving.webp", "WEBP"), ("moving.png", "PNG"), ("camera.jpg", "MPO")):
        frames[0].save(tmp_path / name, kind, save_all=True, append_images=frames[1:])
        assert np.abs(one(tmp_path / name) - (255, 0, 0)).max() <= 4, name


def bad_files(directory: Path) -> dict[Path, str]:
    """Writes files that cannot be decoded; returns the message for each. "missing.png" is not written."""
    good = directory / "good.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)).save(good)
    Image.open(good).save(directory / "whole.jpg")
    Image.open(good).save(directory / "whole.webp")
    Image.open(good).save(directory / "picture.bmp")
    Image.new("RGB", (1, 1)).save(directory / "dot.png")
    Image.new("1", (20_000, 20_000)).save(directory / "bomb.png")
    (directory / "text.jpg").write_text("not a picture")
    (directory / "empty.png").write_bytes(b"")
    (directory / "vector.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n")
    (directory / "cut.png").write_bytes(good.read_bytes()[:-4000])
    (directory / "cut.jpg").write_bytes((directory / "whole.jpg").read_bytes()[:-900])
    (directory / "cut.webp").write_bytes((directory / "whole.webp").read_bytes()[:-900])
    (directory / "folder.png").mkdir()
    os.mkfifo(directory / "pipe.png")
    return {
        directory / name: said
        for name, said in {
            "text.jpg": "is no picture in JPEG, PNG, WebP or GIF format",
            "empty.png": "is no picture in JPEG, PNG, WebP or GIF format",
            "picture.bmp": "is no picture in JPEG, PNG, WebP or GIF format",
            "vector.eps": "is no picture in JPEG, PNG, WebP or GIF format",
            "cut.png": "is damaged (",
            "cut.jpg": "is damaged (",
            "cut.webp": "is damaged (",
            "dot.png": "has 1×1 pixels: at least 8×8 are needed",
            "bomb.png": "has more than 178,956,970 pixels, and so many are not decoded: make it smaller",
            "folder.png": "is a directory: name the pictures in it",
            "pipe.png": "is not a file that holds a picture",
            "missing.png": "does not exist",
        }.items()
    }


def test_each_bad_file_gets_an_error_message_and_the_others_are_decoded(tmp_path: Path) -> None:
    bad = bad_files(tmp_path)
    good = tmp_path / "good.png"
    paths = [good, *bad, good]
    pixels, problems = decoded(*paths)
    assert problems[0] is None and problems[-1] is None
    assert (pixels[0] == pixels[-1]).all() and (pixels[0] == one(good)).all()
    for path, problem, square in zip(paths[1:-1], problems[1:-1], pixels[1:-1]):
        assert problem.startswith(f"{path} {bad[path]}"), problem
        assert "\n" not in problem
        assert not square.any()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_the_error_for_a_file_without_read_permission_names_it(tmp_path: Path) -> None:
    path = tmp_path / "secret.png"
    Image.new("RGB", (40, 40)).save(path)
    path.chmod(0)
    assert decoded(path)[1] == [f"{path} cannot be read: Permission denied"]


def test_pictures_are_returned_in_the_order_of_the_given_paths(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(200)]
    for number, path in enumerate(paths):
        Image.new("RGB", (9 + number % 50, 40), (number, 255 - number, 7)).save(path)
    pixels, problems = decoded(*paths)
    assert problems == [None] * 200
    assert (pixels == [[[(number, 255 - number, 7)]] for number in range(200)]).all()


def test_a_large_picture_is_decoded_without_a_warning(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    Image.new("RGB", (10_000, 9_000), "teal").save(tmp_path / "large.jpg")
    assert np.abs(one(tmp_path / "large.jpg") - (0, 128, 128)).max() <= 3
    assert not recwarn.list


# The page.


def viewed(path: Path, is_likely: bool = True, peak: float = 2.5) -> dict[str, object]:
    """Returns the page's view of a picture with a map of 8 by 8 values that is `peak` at one place."""
    map = [0.0] * 64
    map[8 * 6 + 1] = peak
    return page.view(str(path), [["a <b>", 0.75], ["dog", 0.2], ["ship", 0.01]], is_likely, map, [8, 8], 32)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Writes a picture whose name a page must escape."""
    path = tmp_path / 'a "picture" & <i>.png'
    Image.fromarray(scene(300, 400)).save(path)
    return path


def test_the_page_needs_no_other_file_and_describes_every_image(picture: Path) -> None:
    parsed = Page(page.page([viewed(picture)] * 2, ["x.png is <broken>"], ["Only two."], "w.safetensors", 32))
    assert parsed.open == []
    images = [attributes for tag, attributes in parsed.tags if tag == "img"]
    assert len(images) == 6
    for attributes in images:
        assert attributes["src"].startswith("data:image/")
        assert attributes["alt"].strip()
    assert not {"link", "script", "iframe"} & {tag for tag, _ in parsed.tags}
    assert "bottom left" in images[2]["alt"] and "a <b>" in images[2]["alt"]
    text = " ".join(" ".join(parsed.text).split())
    for expected in (picture.name, "a <b>", "75.0 %", "Only two.", "x.png is <broken>", "w.safetensors"):
        assert expected in text


def test_the_page_says_if_no_class_is_likely_and_if_the_map_is_empty(picture: Path) -> None:
    html = page.page([viewed(picture, is_likely=False, peak=0)], [], [], "w", 32)
    assert "No class is likely:" in html and "No place raises the score of a &lt;b&gt;" in html
    assert "No class is likely:" not in page.page([viewed(picture)], [], [], "w", 32)


def test_the_map_is_orange_where_it_is_high_and_grey_elsewhere() -> None:
    image = Image.fromarray(np.full((80, 80, 3), (10, 200, 90), np.uint8))
    map = [0.0] * 64
    map[8 * 6 + 1] = 2.5
    shown = np.asarray(page.overlaid(image, map, (8, 8))).astype(int)
    grey = round(10 * 0.299 + 200 * 0.587 + 90 * 0.114)
    assert np.abs(shown[:40, 40:] - grey).max() <= 1
    orange = 0.2 * grey + 0.8 * np.array([0xE6, 0x9F, 0x00])
    assert np.abs(shown[64:66, 14:16] - orange).max() <= 25
    peak = np.unravel_index(np.argmax(shown[..., 0] - shown[..., 2]), (80, 80))
    assert 60 <= peak[0] < 70 and 10 <= peak[1] < 20
