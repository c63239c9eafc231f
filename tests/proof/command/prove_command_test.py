"""`redoubt prove` as people call it: exit codes, the table, JSON, waivers, a baseline, errors."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["REDOUBT"]

BUCKET = {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}}
OPEN_BUCKET = {"Type": "AWS::S3::Bucket", "Properties": {}}
CHECK = "MON-6.bucket-versioned"


def template(resources, **rest):
    return json.dumps({"Resources": resources, **rest})


class Prove(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return str(path)

    def prove(self, *arguments):
        return subprocess.run([PROGRAM, "prove", *arguments], capture_output=True, text=True, timeout=60, check=False,
                              env={**os.environ, "COLUMNS": "120"})

    def one(self, resource, *arguments):
        source = self.write("template.json", template({"Bucket": resource}))
        return self.prove(source, "--controls", CHECK, *arguments)

    def test_exits_with_0_where_everything_holds(self):
        run = self.one(BUCKET)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("MON-6", run.stdout)

    def test_exits_with_1_and_shows_the_counterexample_where_something_does_not(self):
        run = self.one(OPEN_BUCKET)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn("Bucket", run.stdout)
        self.assertIn("VersioningConfiguration", run.stdout)

    def test_exits_with_3_where_something_is_unknown(self):
        source = self.write("template.json", template(
            {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": {"Ref": "P"}}}}},
            Parameters={"P": {"Type": "String"}}))
        self.assertEqual(self.prove(source, "--controls", CHECK).returncode, 3)

    def test_a_parameter_has_the_value_that_is_given(self):
        source = self.write("template.json", template(
            {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": {"Ref": "P"}}}}},
            Parameters={"P": {"Type": "String", "AllowedValues": ["Enabled", "Suspended"]}}))
        for value, expected in ("Enabled", 0), ("Suspended", 1), ("Off", 2):
            run = self.prove(source, "--controls", CHECK, "--parameter", f"P={value}")
            self.assertEqual(run.returncode, expected, run.stderr)

    def test_exits_with_2_and_says_what_why_and_what_to_do_where_it_cannot_ask(self):
        broken = self.write("broken.json", "{")
        good = self.write("good.json", template({"Bucket": BUCKET}))
        for arguments in ([broken], [str(self.folder / "absent.json")], [good, "--controls", "XYZ-1"],
                          [good, "--framework", "iso-1"], [good, "--format", "xml"], [good, "--scope", "planet"],
                          [good, "--waivers", broken], [good, "--baseline", broken], [good, "--budget", "0"],
                          [good, "--out", str(self.folder / "no" / "such" / "folder.json")], []):
            run = self.prove(*arguments)
            self.assertEqual(run.returncode, 2, (arguments, run.stdout[-500:]))
            self.assertTrue(run.stderr.strip(), arguments)

    def test_gives_json_with_every_member_of_a_verdict(self):
        run = self.one(OPEN_BUCKET, "--json")
        report = json.loads(run.stdout)
        self.assertEqual(set(report), {"redoubt", "sources", "verdicts", "summary"})
        verdict = report["verdicts"][0]
        self.assertLessEqual({"check", "control", "severity", "resource", "location", "verdict", "method", "evidence",
                              "counterexample", "remedy"}, set(verdict))
        self.assertEqual((verdict["check"], verdict["control"], verdict["resource"], verdict["verdict"]),
                         (CHECK, "MON-6", "Bucket", "refuted"))
        self.assertGreater(verdict["location"]["line"], 0)
        self.assertTrue(verdict["counterexample"] and verdict["remedy"])
        self.assertEqual(report["summary"]["refuted"], 1)
        self.assertEqual(set(report["summary"]),
                         {"proved", "refuted", "unknown", "waived", "not_applicable", "not_asked"})

    def test_shows_evidence_in_the_table_only_where_it_is_asked_for(self):
        self.assertNotIn("VersioningConfiguration.Status", self.one(BUCKET).stdout)
        self.assertIn("VersioningConfiguration.Status", self.one(BUCKET, "--evidence").stdout)

    def test_keeps_the_table_within_the_columns_of_the_terminal(self):
        self.assertTrue(all(len(line) <= 120 for line in self.one(OPEN_BUCKET).stdout.splitlines()))

    def test_writes_to_a_file_and_nothing_to_standard_output(self):
        out = self.folder / "report.json"
        run = self.one(OPEN_BUCKET, "--json", "--out", str(out))
        self.assertEqual((run.returncode, run.stdout), (1, ""))
        self.assertEqual(json.loads(out.read_text())["summary"]["refuted"], 1)

    def waiver(self, until="2999-12-31", resource="Bucket", more=""):
        return self.write("waivers.toml", f"""
[[waiver]]
check = "{CHECK}"
resource = "{resource}"
reason = "it goes next month"
owner = "sam@example.com"
until = {until}
{more}""")

    def test_waives_what_somebody_answers_for(self):
        run = self.one(OPEN_BUCKET, "--json", "--waivers", self.waiver())
        self.assertEqual(run.returncode, 0, run.stderr)
        report = json.loads(run.stdout)
        self.assertEqual((report["summary"]["waived"], report["summary"]["refuted"]), (1, 0))
        self.assertIn("sam@example.com", json.dumps(report["verdicts"][0]))

    def test_refutes_again_after_the_last_day_of_a_waiver(self):
        run = self.one(OPEN_BUCKET, "--json", "--waivers", self.waiver(until="2020-01-01"))
        self.assertEqual(run.returncode, 1)
        self.assertIn("2020-01-01", json.dumps(json.loads(run.stdout)["verdicts"][0]))

    def test_never_waives_what_is_proved_and_tells_of_waivers_that_meet_nothing(self):
        run = self.one(BUCKET, "--json", "--waivers", self.waiver(resource="Other"))
        self.assertEqual((run.returncode, json.loads(run.stdout)["summary"]["waived"]), (0, 0))
        self.assertIn("Other", run.stderr)

    def test_takes_no_waiver_that_it_does_not_understand_whole(self):
        for waivers in (self.waiver(more='scope = "all"'), self.waiver(until='"soon"'),
                        self.write("short.toml", f'[[waiver]]\ncheck = "{CHECK}"\n')):
            self.assertEqual(self.one(OPEN_BUCKET, "--waivers", waivers).returncode, 2)

    def test_shows_only_what_changed_since_a_baseline(self):
        before = self.folder / "before.json"
        self.one(OPEN_BUCKET, "--json", "--out", str(before))
        same = self.one(OPEN_BUCKET, "--json", "--baseline", str(before))
        self.assertEqual((same.returncode, json.loads(same.stdout)["verdicts"]), (0, []))
        better = json.loads(self.one(BUCKET, "--json", "--baseline", str(before)).stdout)
        self.assertEqual([each["verdict"] for each in better["verdicts"]], ["proved"])

    def test_says_unknown_of_what_a_snapshot_does_not_list_and_which_answer_lacks(self):
        folder = str(self.folder / "snapshot")
        self.write("snapshot/vpcs.json", json.dumps({"Vpcs": []}))
        run = self.prove(folder, "--controls", "MON-6.trail")
        self.assertEqual(run.returncode, 3, run.stdout + run.stderr)
        self.assertIn("describe-trails", run.stdout)
        self.write("snapshot/trails.json", json.dumps({"trailList": []}))
        run = self.prove(folder, "--controls", "MON-6.trail")
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)

    def test_proves_the_templates_of_a_folder_as_if_each_were_named(self):
        self.write("folder/open.template.json", template({"Bucket": OPEN_BUCKET}))
        self.write("folder/notes.txt", "not a template")
        self.assertEqual(self.prove(str(self.folder / "folder"), "--controls", CHECK).returncode, 1)
        self.write("folder/broken.yaml", "Resources:\n  Bucket: {Type: AWS::S3::Bucket\n")
        refused = self.prove(str(self.folder / "folder"), "--controls", CHECK)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("broken.yaml", refused.stderr)

    def test_asks_only_the_controls_of_a_framework(self):
        source = self.write("template.json", template({"Bucket": BUCKET}))
        every = json.loads(self.prove(source, "--json").stdout)["summary"]
        some = json.loads(self.prove(source, "--json", "--framework", "cis-5.0").stdout)["summary"]
        self.assertLess(sum(some.values()), sum(every.values()))
        self.assertGreater(some["proved"] + some["refuted"], 0)


if __name__ == "__main__":
    unittest.main()
