"""Pictures of pages, for docs/images when GUIDE_IMAGES names it."""

import base64
import os
import struct
import zlib
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

TALLEST = 1100
MOST_COLOURS = 256
TOP = "element => element.getBoundingClientRect().top + window.scrollY - 12"
# Pixels to a palette, in a page of the browser's own: what is rarer than the 256 commonest colours takes the nearest.
TO_PALETTE = """async ([url, most]) => {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  const ink = canvas.getContext("2d");
  ink.drawImage(image, 0, 0);
  const pixels = new Uint32Array(ink.getImageData(0, 0, image.width, image.height).data.buffer);
  const times = new Map();
  for (const one of pixels) times.set(one, (times.get(one) || 0) + 1);
  const palette = [...times.keys()].sort((a, b) => times.get(b) - times.get(a)).slice(0, most);
  const place = new Map(palette.map((colour, index) => [colour, index]));
  const apart = (a, b) => {
    const red = (a & 255) - (b & 255), green = ((a >> 8) & 255) - ((b >> 8) & 255);
    const blue = ((a >> 16) & 255) - ((b >> 16) & 255);
    return red * red + green * green + blue * blue;
  };
  const nearest = (colour) => {
    if (!place.has(colour)) {
      let best = 0;
      for (let i = 1; i < palette.length; i++)
        if (apart(palette[i], colour) < apart(palette[best], colour)) best = i;
      place.set(colour, best);
    }
    return place.get(colour);
  };
  let bytes = "";
  for (const one of pixels) bytes += String.fromCharCode(nearest(one));
  const rgb = palette.flatMap((one) => [one & 255, (one >> 8) & 255, (one >> 16) & 255]);
  return { width: image.width, height: image.height, colours: times.size, pixels: btoa(bytes), rgb };
}"""


def fits(page: Page) -> None:
    """The page has no sideways scrolling."""
    width = page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


class Pictures:
    """Takes `<name>.png` of a page into `folder`, with a palette, so that none is large."""

    def __init__(self, folder: Path, studio: Page) -> None:
        self.folder = Path(os.environ.get("GUIDE_IMAGES") or folder)
        self.studio = studio
        self.taken: list[str] = []

    def take(self, page: Page, name: str, *, since: str = "", tallest: int = TALLEST) -> None:
        """From the page's top, or from the element `since`; at most `tallest` pixels of it."""
        fits(page)
        seen = self.studio.evaluate(TO_PALETTE, [_shot(page, since, tallest), MOST_COLOURS])
        assert seen["colours"] > 20, f"{name} is blank"
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{name}.png").write_bytes(_png(seen))
        self.taken.append(name)


def _shot(page: Page, since: str, tallest: int) -> str:
    """A data: URL. The window is made as tall as the picture, so that what sticks to its foot is at the foot."""
    size: Any = page.viewport_size
    top = int(page.locator(since).first.evaluate(TOP)) if since else 0
    height = min(page.evaluate("document.documentElement.scrollHeight") - top, tallest)
    page.set_viewport_size({"width": size["width"], "height": height})
    page.evaluate("top => window.scrollTo({top, behavior: 'instant'})", top)
    shot = page.screenshot(animations="disabled", caret="hide")
    page.set_viewport_size(size)
    return "data:image/png;base64," + base64.b64encode(shot).decode()


def _png(seen: dict[str, Any]) -> bytes:
    """ISO/IEC 15948, of colour type 3 and without filters, which suits a palette best."""
    width, pixels = seen["width"], base64.b64decode(seen["pixels"])
    lines = b"".join(b"\0" + pixels[at : at + width] for at in range(0, len(pixels), width))
    header = struct.pack(">IIBBBBB", width, seen["height"], 8, 3, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"PLTE", bytes(seen["rgb"])),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
