"""Checks a report in headless Chromium: `check_pages.py report.html --out DIR [--axe axe.min.js]`.

At widths of 1,280 and 390 pixels, light and dark, it checks that nothing overflows, every image loads, the console is
empty, the page makes no network requests, text has the contrast of WCAG AA, figures enlarge and close again, and
axe-core, if given, finds nothing. In print, it checks overflow, images and contrast. It writes screenshots and a PDF to
DIR, and exits with an error if it finds a fault.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from chromium import Chromium

SIZES = ((1280, 900), (390, 844))
SCHEMES = ("light", "dark")

#: Returns a sentence on the first element that overflows the page outside of elements that scroll; `null` if none does.
OVERFLOW = """(() => {
  const width = document.documentElement.clientWidth;
  const whole = document.documentElement.scrollWidth;
  if (whole > width) return `the page is ${whole} pixels wide, the window ${width}`;
  const scrolls = (element) =>
    element && (getComputedStyle(element).overflowX !== "visible" || scrolls(element.parentElement));
  for (const element of document.body.querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    if (box.width > 1 && (box.right > width + 1 || box.left < -1) && !scrolls(element.parentElement))
      return `${element.tagName} ${element.className} extends beyond the window: from ${box.left} to ${box.right}`;
  }
  return null;
})()"""

BROKEN_IMAGES = """(async () => {
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  return [...document.images].filter((image) => !image.naturalWidth).map((image) => image.alt);
})()"""

#: Returns the texts with too little contrast to their background: WCAG 2.2, success criterion 1.4.3.
CONTRAST = """(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const linear = (value) => value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ground = (element) => {
    const colour = channels(getComputedStyle(element).backgroundColor);
    if (colour.length === 3 || colour[3] > 0) return colour;
    return element.parentElement ? ground(element.parentElement) : [255, 255, 255];
  };
  const low = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || ["SCRIPT", "STYLE"].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    const pair = [luminance(channels(style.color)), luminance(ground(element))].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const text = walker.currentNode.data.trim().slice(0, 40);
    if (ratio < (isLarge ? 3 : 4.5)) low.push(`${ratio.toFixed(2)} for "${text}"`);
  }
  return low;
})()"""

#: Enlarges each figure, checks that it fills the window, and closes it with the Escape key. Returns the faults.
ENLARGE = """(() => {
  const wrong = [];
  for (const box of document.querySelectorAll(".enlarge input")) {
    box.click();
    const stage = box.nextElementSibling.getBoundingClientRect();
    if (stage.left !== 0 || stage.top !== 0 || stage.width < innerWidth - 20)
      wrong.push(`${box.ariaLabel}: the enlarged figure does not fill the window`);
    dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    if (box.checked) wrong.push(`${box.ariaLabel}: Escape does not close it`);
  }
  return wrong;
})()"""

AXE = """axe.run().then((result) => result.violations.map((found) => {
  const places = found.nodes.slice(0, 2).map((node) => node.html.slice(0, 120));
  return `${found.id} (${found.impact}): ${found.help}, in ${places.join(" and ")}`;
}))"""


def check(page: Path, out: Path, axe: Path | None) -> list[str]:
    """Returns the faults of a page, one sentence each. Writes screenshots and a PDF to `out`."""
    wrong: list[str] = []
    out.mkdir(parents=True, exist_ok=True)
    with Chromium() as browser:
        for (width, height), scheme in ((size, scheme) for size in SIZES for scheme in SCHEMES):
            browser.show(width, height, scheme)
            browser.open(page)
            found = look(browser)
            browser.screenshot(out / f"{width}-{scheme}.png")
            found += browser.evaluate(ENLARGE)
            browser.evaluate("document.querySelector('.enlarge input')?.click()")
            browser.screenshot(out / f"{width}-{scheme}-enlarged.png", whole=False)
            browser.evaluate("dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))")
            if axe is not None:
                browser.evaluate(axe.read_text())
                found += [f"axe: {violation}" for violation in browser.evaluate(AXE)]
            found += browser.complaints()
            wrong += [f"{width} pixels, {scheme}: {what}" for what in found]
        # The window has the size of an A4 page without its margins, in CSS pixels.
        browser.show(718, 1000, "dark", media="print")
        browser.open(page)
        wrong += [f"printed: {what}" for what in look(browser)]
        browser.print(out / "printed.pdf")
    return wrong


def look(browser: Chromium) -> list[str]:
    """Returns what overflows, is broken or lacks contrast in the page as it is shown now."""
    overflow = browser.evaluate(OVERFLOW)
    broken = browser.evaluate(BROKEN_IMAGES)
    low = browser.evaluate(CONTRAST)
    return [
        *([overflow] if overflow else []),
        *(f"broken image: {alternative}" for alternative in broken),
        *(f"contrast {text}" for text in low),
    ]


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="where screenshots go")
    parser.add_argument("--axe", type=Path, help="axe-core's axe.min.js")
    arguments = parser.parse_args()
    if not arguments.page.is_file():
        raise SystemExit(f"error: there is no {arguments.page}: `bigeggs report` writes it")
    wrong = check(arguments.page, arguments.out, arguments.axe)
    for what in wrong:
        print(what, file=sys.stderr)
    if wrong:
        raise SystemExit(f"error: {arguments.page} has {len(wrong)} faults; screenshots are in {arguments.out}")
    widths = " and ".join(str(width) for width, _ in SIZES)
    print(f"{arguments.page} has no faults at {widths} pixels, {' and '.join(SCHEMES)}, nor in print.")
    print(f"Screenshots: {arguments.out}")


if __name__ == "__main__":
    main()
