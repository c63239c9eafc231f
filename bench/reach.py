"""Measures how the reachability engine's time grows with the estate: 1,000 to 100,000 interfaces, prepared, asked what
the Internet reaches, and asked from one to another. Figures are medians of the rounds; they go to
build/bench/result.json, and with --plot to an SVG. bench/run reach calls it."""

import argparse
import json
import math
import statistics
import subprocess
import sys
from pathlib import Path

import results

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build" / "release" / "bin" / "reach_bench"
PLOT = ROOT / "docs" / "images" / "reach-growth.svg"
SIZES = [1_000, 3_000, 10_000, 30_000, 100_000]
GOAL = (10_000, 1_000)  # interfaces, milliseconds

SERIES = {"internet_ms": "all that the Internet reaches", "prepared_ms": "prepared", "pair_ms": "one pair, with its proof"}


def measure(rounds: int) -> list[dict]:
    runs = []
    for _ in range(rounds):
        out = subprocess.run([PROGRAM, *map(str, SIZES)], capture_output=True, text=True, check=True).stdout
        runs.append([json.loads(line) for line in out.splitlines()])
    return [{**of[0], **{name: statistics.median(run[name] for run in of) for name in SERIES}} for of in zip(*runs)]


# ---- the plot: both axes logarithmic, so that linear growth is a line of slope one

LEFT, TOP, WIDTH, HEIGHT, MARGIN_RIGHT, MARGIN_BOTTOM = 70, 20, 470, 340, 180, 50
X_DECADES, Y_DECADES = (3, 5), (-2, 4)

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f } .grid { stroke: #d0d7de } .linear { stroke: #8c959f; stroke-dasharray: 4 4 }
.internet_ms { --own: #0550ae } .prepared_ms { --own: #116329 } .pair_ms { --own: #953800 }
.line { fill: none; stroke: var(--own); stroke-width: 2 } .dot { fill: var(--own) } .goal { fill: none; stroke: #cf222e; stroke-width: 2 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .grid { stroke: #30363d }
.internet_ms { --own: #79c0ff } .prepared_ms { --own: #7ee787 } .pair_ms { --own: #ffa657 } .goal { stroke: #ff7b72 } }
"""


def place(interfaces: float, milliseconds: float) -> tuple[float, float]:
    x = (math.log10(interfaces) - X_DECADES[0]) / (X_DECADES[1] - X_DECADES[0])
    y = (math.log10(milliseconds) - Y_DECADES[0]) / (Y_DECADES[1] - Y_DECADES[0])
    return round(LEFT + x * WIDTH, 1), round(TOP + (1 - y) * HEIGHT, 1)


def duration(decade: int) -> str:
    return f"{10 ** (decade - 3)} s" if decade >= 3 else f"{10 ** decade:g} ms"


def plot(figures: list[dict]) -> str:
    width, height = LEFT + WIDTH + MARGIN_RIGHT, TOP + HEIGHT + MARGIN_BOTTOM
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
           "<title>Time of the reachability engine by interfaces, both axes logarithmic</title>", f"<style>{STYLE}</style>"]
    for decade in range(X_DECADES[0], X_DECADES[1] + 1):
        x, _ = place(10 ** decade, 1)
        out.append(f'<path class="grid" d="M{x} {TOP}v{HEIGHT}"/>'
                   f'<text x="{x}" y="{TOP + HEIGHT + 20}" text-anchor="middle">{10 ** decade:,}</text>')
    for decade in range(Y_DECADES[0], Y_DECADES[1] + 1):
        _, y = place(1000, 10 ** decade)
        out.append(f'<path class="grid" d="M{LEFT} {y}h{WIDTH}"/>'
                   f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{duration(decade)}</text>')
    out.append(f'<text x="{LEFT + WIDTH / 2}" y="{height - 10}" text-anchor="middle">interfaces</text>')
    for name, title in SERIES.items():
        points = [place(of["interfaces"], of[name]) for of in figures]
        first, last = figures[0], figures[-1]
        if name == "internet_ms":
            growth = last["interfaces"] / first["interfaces"]
            (x1, y1), (x2, y2) = points[0], place(last["interfaces"], first[name] * growth)
            out.append(f'<path class="linear" d="M{x1} {y1}L{x2} {y2}"/><text x="{x2 + 10}" y="{y2 - 6}">linear growth</text>')
        out.append(f'<g class="{name}"><path class="line" d="M{"L".join(f"{x} {y}" for x, y in points)}"/>'
                   + "".join(f'<circle class="dot" cx="{x}" cy="{y}" r="3.5"/>' for x, y in points)
                   + f'<text x="{points[-1][0] + 10}" y="{points[-1][1] + 10}">{title}</text></g>')
    x, y = place(*GOAL)
    out.append(f'<circle class="goal" cx="{x}" cy="{y}" r="6"/><text x="{x}" y="{y - 12}" text-anchor="middle">goal: under 1 s</text>')
    return "\n".join([*out, "</svg>", ""])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plot", action="store_true", help=f"draw {PLOT.relative_to(ROOT)}")
    options = parser.parse_args()
    if not PROGRAM.exists():
        print("reach: reach_bench is not built: cmake --preset release -DREDOUBT_BUILD_BENCHMARKS=ON, target reach_bench",
              file=sys.stderr)
        return 2
    figures = measure(options.rounds)
    print(f"{'interfaces':>10}{'groups':>8}{'subnets':>9}{'prepared ms':>13}{'Internet ms':>13}{'reached':>9}{'µs each':>9}"
          f"{'a pair ms':>11}")
    for of in figures:
        print(f"{of['interfaces']:10,}{of['groups']:8,}{of['subnets']:9,}{of['prepared_ms']:13.1f}{of['internet_ms']:13.1f}"
              f"{of['reached']:9,}{of['internet_ms'] / of['interfaces'] * 1000:9.1f}{of['pair_ms']:11.2f}")
    results.add({"reach": figures})
    if options.plot:
        PLOT.write_text(plot(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
