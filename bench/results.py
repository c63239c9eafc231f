"""The figures of all measurements, in one file: build/bench/result.json. Each measurement adds its own."""

import json
from pathlib import Path

RESULTS = Path(__file__).resolve().parent.parent / "build" / "bench" / "result.json"


def add(figures: dict) -> None:
    """Members of the same names are replaced, others stay."""
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps(before | figures, indent=2) + "\n")
