"""The judges of the templates that `redoubt synth` makes: cfn-lint, checkov, cdk-nag and cfn-guard. A finding that
tests/judges/templates/answers.toml does not answer fails, and so does an answer that nothing asks for."""

import fnmatch
import json
import platform
import shutil
import subprocess
import tomllib
from pathlib import Path

from judges import JUDGES, node_packages, python
from stage import ROOT, CannotRun, Failure, Tally, run

PROGRAM = ROOT / "build" / "release" / "bin" / "redoubt"
FOLDER = JUDGES / "templates"
MADE = ROOT / "build" / "judged-templates"
SECONDS = 300

# What the templates are judged for: the defaults, and what adds or leaves out resources.
CONFIGURATIONS = {
    "production": "",
    "development": 'environment = "development"\n',
    "everything": """hosted_zone = "Z2FDTNDATAQYW2"
[network]
denied_ranges = ["192.0.2.0/24", "198.51.100.0/24"]
[service]
image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/redoubt-production@sha256:\
0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
admin_email = "admin@example.com"
[service.environment]
OPEN_REGISTRATION = "false"
[service.secrets]
API_KEY = "arn:aws:secretsmanager:us-east-1:123456789012:secret:partner-AbCdEf:key::"
[proof]
image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/audit/redoubt@sha256:\
0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
stacks = ["redoubt-account", "redoubt-production", "redoubt-recovery@us-west-2"]
""",
}


def synthesise() -> list[Path]:
    shutil.rmtree(MADE, ignore_errors=True)
    made = []
    for name, text in CONFIGURATIONS.items():
        folder = MADE / name
        folder.mkdir(parents=True)
        (folder / "redoubt.toml").write_text(text)
        run("synth", PROGRAM, "synth", "-c", folder / "redoubt.toml", "--out", folder)
        made += sorted(folder.glob("*.template.json"))
    return made


def cfn_lint() -> Tally:
    """No finding at all, of any level."""
    interpreter = python(FOLDER, ROOT / "build" / "venv-templates")
    templates = synthesise()
    run("cfn-lint", interpreter.parent / "cfn-lint", "--include-checks", "W", "--", *templates, seconds=SECONDS)
    return Tally(passed=len(templates))


def answered(found: set[tuple[str, str]], judge: str) -> Tally:
    """Compares findings, (rule, resource) each, with the answers for rules of this judge."""
    answers = tomllib.loads((FOLDER / "answers.toml").read_text())["answer"]
    given = {(rule, pattern) for answer in answers for rule in answer["rules"] if judge_of(rule) == judge
             for pattern in answer["resources"]}
    tally, used = Tally(), set()
    for rule, resource in sorted(found):
        fits = {(r, p) for r, p in given if r == rule and fnmatch.fnmatchcase(resource, p)}
        used |= fits
        if fits:
            tally.passed += 1
        else:
            tally.failed.append(f"{judge}: {rule} on {resource} (mend it, or answer it in {FOLDER.name}/answers.toml)")
    tally.failed += [f"{judge}: nothing asks for the answer {rule} on {pattern}" for rule, pattern in sorted(given - used)]
    return tally


def judge_of(rule: str) -> str:
    if rule.endswith("_check"):
        return "cfn-guard"
    return "checkov" if rule.startswith("CKV") else "cdk-nag"


def checkov() -> Tally:
    interpreter = python(FOLDER, ROOT / "build" / "venv-templates")
    files = [word for path in synthesise() for word in ("-f", path)]
    output = subprocess.run([interpreter.parent / "checkov", *files, "--framework", "cloudformation", "-o", "json", "--quiet"],
                            cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    try:
        results = json.loads(output.stdout)["results"]
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(f"checkov judged nothing (status {output.returncode}): {output.stderr[-2000:]}") from error
    if results.get("parsing_errors"):
        raise Failure(f"checkov could not read {results['parsing_errors']}")
    found = {(check["check_id"], check["resource"].split(".")[-1]) for check in results["failed_checks"]}
    return answered(found, "checkov")


def cdk_nag() -> Tally:
    """The packs AwsSolutions, HIPAA Security, NIST 800-53 r5 and PCI DSS 3.2.1."""
    node_packages(FOLDER)
    found = set()
    for template in synthesise():
        output = subprocess.run(["node", FOLDER / "cdk_nag.mjs", template], cwd=ROOT, capture_output=True, text=True,
                                timeout=SECONDS, stdin=subprocess.DEVNULL)
        if output.returncode != 0:
            raise Failure(f"cdk-nag could not judge {template}: {output.stderr[-2000:]}")
        found |= {(line["rule"], line["resource"]) for line in map(json.loads, output.stdout.splitlines())}
    return answered(found, "cdk-nag")


def guard_command(templates: list[Path]) -> list[str | Path]:
    """cfn-guard over AWS's own rules, those of the proactive controls of Control Tower: one npm package has both."""
    node_packages(FOLDER)
    package = FOLDER / "node_modules" / "@cdklabs" / "cdk-validator-cfnguard"
    program = package / "bin" / "ubuntu" / platform.machine() / "cfn-guard"
    if platform.system() != "Linux" or not program.exists():
        raise CannotRun("there is no cfn-guard for this machine")
    return [program, "validate", "--data", *templates, "--rules", package / "rules" / "control-tower" / "cfn-guard",
            "--output-format", "json", "--show-summary", "none"]


def json_documents(text: str) -> list[dict]:
    """One after another, with nothing between them but white space."""
    decoder, documents, at = json.JSONDecoder(), [], 0
    while text[at:].strip():
        document, end = decoder.raw_decode(text[at:].lstrip())
        at += len(text[at:]) - len(text[at:].lstrip()) + end
        documents.append(document)
    return documents


def resources_in(finding: object) -> set[str]:
    """The logical ids in a finding's paths, /Resources/ID/Properties/…"""
    if isinstance(finding, dict):
        path = finding.get("path")
        own = {path.split("/")[2]} if isinstance(path, str) and path.startswith("/Resources/") else set()
        return own.union(*(resources_in(value) for value in finding.values()))
    return set().union(*(resources_in(each) for each in finding)) if isinstance(finding, list) else set()


def cfn_guard() -> Tally:
    command = guard_command(synthesise())
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    try:
        documents = json_documents(output.stdout)
    except ValueError as error:
        raise Failure(f"cfn-guard's answer cannot be read: {error}") from error
    if not any(document["compliant"] for document in documents):
        raise Failure(f"cfn-guard judged nothing (status {output.returncode}): {output.stderr[-2000:]}")
    found = {(failed["Rule"]["name"], resource) for document in documents for failed in document["not_compliant"]
             for resource in resources_in(failed) or {"the template"}}
    return answered(found, "cfn-guard")
