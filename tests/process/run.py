"""Runs the tests of this folder (those whose name holds a given word). Where GTEST_OUTPUT=xml:FOLDER/ asks for it, the
results are also written as GoogleTest writes them, so that ./test counts each."""

import os
import sys
import time
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path


class Recorder(unittest.TextTestResult):
    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.suite = ElementTree.Element("testsuite", name="process")

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()
        classname, name = test.id().rsplit(".", 1)
        self.case = ElementTree.SubElement(self.suite, "testcase", classname=classname, name=name, status="run")

    def stopTest(self, test):
        super().stopTest(test)
        self.case.set("time", f"{time.monotonic() - self.began:.3f}")

    def add(self, kind: str, message: str):
        ElementTree.SubElement(self.case, kind, message=message).text = message

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.add("failure", self._exc_info_to_string(err, test))

    def addError(self, test, err):
        super().addError(test, err)
        self.add("failure", self._exc_info_to_string(err, test))

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self.add("failure", self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.case.set("status", "notrun")
        self.add("skipped", reason)


def main() -> int:
    loader = unittest.TestLoader()
    if len(sys.argv) > 1:
        loader.testNamePatterns = [f"*{word}*" for word in sys.argv[1:]]
    tests = loader.discover(str(Path(__file__).parent), "*_test.py")
    result = unittest.TextTestRunner(verbosity=2, resultclass=Recorder, stream=sys.stdout).run(tests)
    output = os.environ.get("GTEST_OUTPUT", "")
    if output.startswith("xml:") and output.endswith("/"):
        ElementTree.ElementTree(result.suite).write(output.removeprefix("xml:") + "process.xml")
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main())
