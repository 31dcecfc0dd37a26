"""Hand-made SVG: power, or separation, by exposures, one line a form or a detector."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 48, 190, 34, 40
INKS = ("#1b4f72", "#b9770e", "#7b241c", "#1e8449", "#6c3483", "#515a5a", "#d35400")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "1 2", "5 5", "")


def plot(title: str, lines: Mapping[str, Sequence[tuple[int, float]]], chance: float | None, label: str) -> str:
    """A chart of shares between 0 and 1.

    Args:
        title: above it.
        lines: by name, pairs of exposures (at least 1, drawn at equal steps of doubling) and share.
        chance: where a thin line tells what chance alone gives.
        label: of the upright axis.
    """
    most = max(k for points in lines.values() for k, _ in points)
    steps = max(1.0, math.log2(most))

    def x(k: int) -> float:
        return round(LEFT + math.log2(k) / steps * (WIDTH - LEFT - RIGHT), 1)

    def y(share: float) -> float:
        return round(TOP + (1 - share) * (HEIGHT - TOP - BOTTOM), 1)

    parts = [_head(title), _grid(x, y, most, label)]
    if chance is not None:
        parts.append(_line([(LEFT, y(chance)), (WIDTH - RIGHT, y(chance))], "#888", "3 3", 1))
    for number, (name, points) in enumerate(lines.items()):
        ink, dash = INKS[number % len(INKS)], DASHES[number % len(DASHES)]
        places = [(x(k), y(share)) for k, share in sorted(points)]
        parts.append(_line(places, ink, dash, 2))
        parts += [f'<circle cx="{a}" cy="{b}" r="3" fill="{ink}"/>' for a, b in places]
        at = TOP + 10 + 20 * number
        parts.append(_line([(WIDTH - RIGHT + 14, at), (WIDTH - RIGHT + 44, at)], ink, dash, 2))
        parts.append(f'<text x="{WIDTH - RIGHT + 50}" y="{at + 4}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _head(title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="12" fill="#222"><title>{escape(title)}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text x="{LEFT}" y="18" font-size="14">{escape(title)}</text>'
    )


def _grid(x: Callable[[int], float], y: Callable[[float], float], most: int, label: str) -> str:
    parts = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(_line([(LEFT, y(share)), (WIDTH - RIGHT, y(share))], "#ddd", "", 1))
        parts.append(f'<text x="{LEFT - 8}" y="{y(share) + 4}" text-anchor="end">{share:g}</text>')
    for step in range(int(math.log2(most)) + 1):
        k = 2**step
        parts.append(f'<text x="{x(k)}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{k}</text>')
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">times read</text>')
    turned = f'transform="rotate(-90 12 {HEIGHT / 2})"'
    parts.append(f'<text x="12" y="{HEIGHT / 2}" text-anchor="middle" {turned}>{escape(label)}</text>')
    return "\n".join(parts)


def _line(places: Sequence[tuple[float, float]], ink: str, dash: str, width: int) -> str:
    points = " ".join(f"{a},{b}" for a, b in places)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{points}" fill="none" stroke="{ink}" stroke-width="{width}"{dashed}/>'
