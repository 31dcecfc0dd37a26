"""Draws the pictures of docs/registry-pages.md: ``python docs/generate_registry_pictures.py``; needs Chromium."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "registry")]
PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"


def main() -> None:
    """Draw every picture anew."""
    from playwright.sync_api import sync_playwright

    from tests.fakes.registry_world import TODAY, registry_world

    world = registry_world(drawn=True)
    active, revoked = world.issued["active"], world.issued["revoked"]
    PICTURES.mkdir(exist_ok=True)
    with served(world) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def picture(name: str, path: str, size: tuple[int, int], *, scheme: Any = "light", drop: bytes = b"") -> None:
            page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
            page.clock.set_fixed_time(TODAY)
            page.goto(address + path)
            if drop:
                file: Any = {"name": "certificate.pdf", "mimeType": "application/pdf", "buffer": drop}
                page.set_input_files("#file", file)
                page.locator("#outcome .notice").wait_for()
            small(page.screenshot(), PICTURES / f"registry-{name}.png")
            page.close()

        picture("search", "/", (1000, 900))
        picture("active", f"/c/{active.serial}", (1000, 1300))
        picture("revoked", f"/c/{revoked.serial}", (1000, 620))
        picture("proof", f"/c/{active.serial}#proof", (1000, 760))
        picture("drop", "/verify", (1000, 980), drop=active.pdf)
        picture("tampered", "/verify", (1000, 980), scheme="dark", drop=active.pdf.replace(b"%PDF-1.7", b"%PDF-1.6", 1))
        picture("telephone", f"/c/{revoked.serial}", (360, 760))
        browser.close()


def small(png: bytes, place: Path) -> None:
    """Write a picture in 96 colours, which is enough for pages of text and their few signs."""
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(96, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(place, optimize=True)


@contextmanager
def served(world: Any) -> Iterator[str]:
    """The pages of a world on a port of this machine."""
    import socket
    import time

    import uvicorn
    from fastapi import FastAPI

    from certify_registry.pages.router import pages_router
    from certify_registry.pages.settings import PagesSettings
    from tests.fakes.registry_world import TODAY

    registry, app = world.open(), FastAPI(openapi_url=None)
    settings = PagesSettings(name="Registry of the Institute", certificates=world.files, clock=lambda: TODAY)
    app.include_router(pages_router(lambda: registry, settings))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)


if __name__ == "__main__":
    main()
