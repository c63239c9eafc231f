"""checkov's verdicts on the templates of the corpus beside those of `redoubt prove`, by the map of foreign_rules.yaml: of
the resources that checkov accuses, how many Redoubt refutes, and which it refutes besides. What the map answers in
writing does not count."""

import json
import os
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from judges import python
from stage import ROOT, CannotRun, Failure, Tally
from templates import FOLDER, PROGRAM

GOAL = 0.99
SECONDS = 900
RULES = ROOT / "tests" / "proof" / "controls" / "foreign_rules.yaml"


def corpus() -> Path:
    folder = Path(os.environ.get("REDOUBT_CORPORA", ROOT.parent / "shared" / "corpora")) / "templates"
    if not folder.is_dir():
        raise CannotRun(f"there is no corpus of templates at {folder}")
    return folder


def templates(folder: Path) -> dict[str, str]:
    """By the name that the map calls them."""
    found = {str(path.relative_to(folder)): path.read_text(errors="replace")
             for part in ("cfn_nag", "reference-stacks", "parse-good")
             for path in sorted((folder / part).rglob("*")) if path.suffix in (".json", ".yaml", ".yml", ".template")}
    count: Counter[str] = Counter()
    for example in json.loads((folder / "trivy_examples.json").read_text()):
        name = f"trivy {example['id']} {example['expect']}"
        count[name] += 1
        found[f"{name} {count[name]}"] = example["text"]
    return found


def foreign_rules(interpreter: Path) -> dict:
    """Read by the judge's interpreter, which has PyYAML."""
    script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))['checkov']))"
    done = subprocess.run([interpreter, "-c", script, RULES], capture_output=True, text=True, check=True, timeout=SECONDS)
    return {name: entry if isinstance(entry, dict) else {"checks": entry}
            for name, entry in json.loads(done.stdout).items()}


def judged(interpreter: Path, folder: Path) -> list[dict]:
    done = subprocess.run([interpreter.parent / "checkov", "-d", folder, "--framework", "cloudformation", "-o", "json"],
                          cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    try:
        results = json.loads(done.stdout)["results"]
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(f"checkov judged nothing (status {done.returncode}): {done.stderr[-2000:]}") from error
    return [{**check, "accuses": accuses} for kind, accuses in (("failed_checks", True), ("passed_checks", False))
            for check in results[kind]]


def proved(path: Path) -> dict[tuple[str, str], list[dict]] | None:
    """Verdicts by check and resource; None where the template is refused."""
    done = subprocess.run([PROGRAM, "prove", "--scope", "stack", "--json", path], capture_output=True, text=True,
                          timeout=SECONDS, stdin=subprocess.DEVNULL)
    if done.returncode == 2:
        return None
    out: dict[tuple[str, str], list[dict]] = {}
    for verdict in json.loads(done.stdout)["verdicts"]:
        out.setdefault((verdict["check"], verdict["resource"]), []).append(verdict)
    return out


def refutes(verdicts: dict[tuple[str, str], list[dict]], rule: dict, resource: str) -> bool:
    return any(verdict["verdict"] == "refuted" and rule.get("says", "") in verdict.get("counterexample", "")
               for check in rule["checks"] for verdict in verdicts.get((check, resource), []))


def checkov_verdicts() -> Tally:
    interpreter = python(FOLDER, ROOT / "build" / "venv-templates")
    rules, given = foreign_rules(interpreter), templates(corpus())
    tally, count, used = Tally(), Counter(), set()
    with tempfile.TemporaryDirectory() as made:
        names = {}
        for number, (name, text) in enumerate(given.items()):
            path = Path(made, f"{number:04}.{'json' if text.lstrip().startswith('{') else 'yaml'}")
            path.write_text(text)
            names[path.name] = name
        seen: dict[str, dict | None] = {}
        told = set()
        for check in judged(interpreter, Path(made)):
            rule = rules.get(check["check_id"])
            file = Path(check["file_path"]).name
            kind, _, resource = check["resource"].partition(".")
            key = (check["check_id"], file, resource)
            if rule is None or "disagree" in rule or kind not in rule.get("types", [kind]) or key in told:
                continue
            told.add(key)
            if file not in seen:
                seen[file] = proved(Path(made, file))
            if seen[file] is None:
                count["unreadable"] += 1
                continue
            found = refutes(seen[file], rule, resource)
            case = f"{names[file]} {resource}"
            if case in rule.get("except", {}):
                used.add((check["check_id"], case))
                count["disagreed"] += 1
                if found == check["accuses"]:
                    tally.failed.append(f"{check['check_id']}: {case}: the two agree (take it out of except)")
                continue
            if found and check["accuses"]:
                count["found"] += 1
            elif found != check["accuses"]:
                count["wrongly" if found else "missed"] += 1
                print(f"  {check['check_id']} {case} is {'wrongly accused' if found else 'missed'}")
    for name, rule in rules.items():
        for case in rule.get("except", {}):
            if (name, case) not in used:
                tally.failed.append(f"{name}: {case}: nothing asks for this answer")
    recall = count["found"] / max(1, count["found"] + count["missed"])
    precision = count["found"] / max(1, count["found"] + count["wrongly"])
    print(f"  found {count['found']}, missed {count['missed']}, wrongly accused {count['wrongly']}; recall {recall:.3f}, "
          f"precision {precision:.3f}; disagreed on purpose {count['disagreed']}, unreadable {count['unreadable']}")
    if recall < GOAL or precision < GOAL or not count["found"]:
        tally.failed.append(f"recall {recall:.3f} and precision {precision:.3f} are not both {GOAL} or better")
    tally.passed += count["found"]
    return tally
