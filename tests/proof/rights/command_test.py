#!/usr/bin/env python3
"""Runs `redoubt iam` on templates and on a snapshot, as people do: answers, exit codes, JSON."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.environ["REDOUBT"]
ROLE = "arn:aws:iam::123456789012:role/app"

TEMPLATE = """
Parameters:
  Stage: {Type: String}
Conditions:
  IsTest: !Equals [!Ref Stage, test]
Resources:
  Data: {Type: AWS::S3::Bucket, Properties: {BucketName: data}}
  AppRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: app
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: {Effect: Allow, Principal: {Service: ecs-tasks.amazonaws.com}, Action: sts:AssumeRole}
      Policies:
        - PolicyName: read
          PolicyDocument:
            Version: 2012-10-17
            Statement: {Effect: Allow, Action: s3:GetObject, Resource: !Sub "${Data.Arn}/*"}
  Write:
    Type: AWS::IAM::Policy
    Condition: IsTest
    Properties:
      PolicyName: write
      Roles: [!Ref AppRole]
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - {Effect: Allow, Action: s3:PutObject, Resource: !Sub "${Data.Arn}/*"}
          - {Effect: Allow, Action: iam:PutRolePolicy, Resource: !GetAtt AppRole.Arn}
"""


def policy(action: str, **more: object) -> dict:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*", **more}]}


TRUST = policy("sts:AssumeRole", Principal={"Service": "ecs-tasks.amazonaws.com"})
del TRUST["Statement"][0]["Resource"]
SNAPSHOT = {
    "account.json": {
        "UserDetailList": [{"UserName": "jane", "UserId": "AIDAJANE", "Path": "/", "CreateDate": "2024-01-01T00:00:00Z",
                            "Arn": "arn:aws:iam::123456789012:user/jane", "GroupList": ["staff"],
                            "UserPolicyList": [], "AttachedManagedPolicies": []}],
        "GroupDetailList": [{"GroupName": "staff", "GroupId": "AGPASTAFF", "Path": "/", "CreateDate": "2024-01-01T00:00:00Z",
                             "Arn": "arn:aws:iam::123456789012:group/staff", "AttachedManagedPolicies": [],
                             "GroupPolicyList": [{"PolicyName": "list", "PolicyDocument": policy("s3:ListBucket")}]}],
        "RoleDetailList": [{"RoleName": "app", "RoleId": "AROAAPP", "Path": "/", "CreateDate": "2024-01-01T00:00:00Z", "Arn": ROLE,
                            "AssumeRolePolicyDocument": TRUST, "InstanceProfileList": [],
                            "RolePolicyList": [{"PolicyName": "read", "PolicyDocument": policy("s3:GetObject")}],
                            "AttachedManagedPolicies": [{"PolicyName": "own", "PolicyArn": "arn:aws:iam::123456789012:policy/own"}]}],
        "Policies": [{"PolicyName": "own", "PolicyId": "ANPAOWN", "Arn": "arn:aws:iam::123456789012:policy/own", "Path": "/",
                      "DefaultVersionId": "v2", "AttachmentCount": 1,
                      "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": False, "Document": policy("ec2:*")},
                                            {"VersionId": "v2", "IsDefaultVersion": True, "Document": policy("sqs:*")}]}],
    },
}


class Iam(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.template = self.folder / "stack.yaml"
        self.template.write_text(TEMPLATE)
        self.snapshot = self.folder / "snapshot"
        self.snapshot.mkdir()
        for name, answer in SNAPSHOT.items():
            (self.snapshot / name).write_text(json.dumps(answer))

    def run_iam(self, *words: object) -> tuple[int, str, str]:
        run = subprocess.run([PROGRAM, "iam", *map(str, words)], capture_output=True, text=True, timeout=60, check=False)
        return run.returncode, run.stdout, run.stderr

    def can_i(self, source: Path, principal: str, action: str, resource: str, *more: object) -> tuple[int, dict]:
        status, out, error = self.run_iam("can-i", "--json", "--principal", principal, "--action", action,
                                          "--resource", resource, *more, source)
        self.assertIn(status, (0, 1, 3), error)
        return status, json.loads(out)

    def test_a_template_answers_with_its_exit_codes(self) -> None:
        status, answer = self.can_i(self.template, ROLE, "s3:GetObject", "arn:aws:s3:::data/key")
        self.assertEqual((status, answer["answer"]), (0, "allowed"))
        self.assertIn("stack.yaml:", answer["because"][0])
        self.assertEqual(self.can_i(self.template, ROLE, "s3:DeleteObject", "arn:aws:s3:::data/key")[0], 1)
        status, answer = self.can_i(self.template, ROLE, "s3:PutObject", "Data/key")
        self.assertEqual((status, answer["answer"]), (3, "conditional"))
        self.assertEqual(answer["condition"], 'allowed where Stage is "test"; denied where Stage is not "test"')

    def test_policies_given_beside_a_template_count(self) -> None:
        scp = self.folder / "scp.json"
        scp.write_text(json.dumps(policy("sqs:*")))
        self.assertEqual(self.can_i(self.template, ROLE, "s3:GetObject", "arn:aws:s3:::data/key", "--scp", scp)[0], 1)

    def test_two_templates_are_one_estate(self) -> None:
        other = self.folder / "other.yaml"
        other.write_text("""
Resources:
  OfBucket:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: data
      PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Deny, Principal: "*", Action: "s3:*", Resource: "*"}}
""")
        self.assertEqual(self.can_i(self.template, ROLE, "s3:GetObject", "arn:aws:s3:::data/key", other)[0], 1)

    def test_a_snapshot_answers(self) -> None:
        for action, expected in {"s3:GetObject": 0, "sqs:SendMessage": 0, "ec2:RunInstances": 1}.items():
            self.assertEqual(self.can_i(self.snapshot, ROLE, action, "*")[0], expected, action)
        jane = "arn:aws:iam::123456789012:user/jane"
        self.assertEqual(self.can_i(self.snapshot, jane, "s3:ListBucket", "arn:aws:s3:::data")[0], 0)
        # Nobody of whom nothing is known may do nothing.
        stranger = "arn:aws:iam::123456789012:user/joe"
        self.assertEqual(self.can_i(self.snapshot, stranger, "s3:GetObject", "arn:aws:s3:::data/key")[0], 3)

    def test_who_can_names_one_principal_a_line(self) -> None:
        self.assertEqual(self.run_iam("who-can", "--action", "s3:ListBucket", "--resource", "arn:aws:s3:::data", self.snapshot)[:2],
                         (0, "arn:aws:iam::123456789012:user/jane\n"))
        self.assertEqual(self.run_iam("who-can", "--action", "ec2:RunInstances", "--resource", "*", self.snapshot)[:2], (1, ""))
        self.assertIn("nobody may do ec2:RunInstances",
                      self.run_iam("who-can", "--action", "ec2:RunInstances", "--resource", "*", self.snapshot)[2])

    def test_who_can_lists_whom_a_trust_policy_names(self) -> None:
        self.assertEqual(self.run_iam("who-can", "--action", "sts:AssumeRole", "--resource", "AppRole", self.template)[:2],
                         (0, "ecs-tasks.amazonaws.com\n"))

    def test_asks_about_one_resource(self) -> None:
        for resource, what in (("", "empty"), ("Data*", "one resource"), ("arn:aws:s3:::data/*", "one resource"),
                               ("arn:aws:s3", "no ARN"), ("Dta/key", "no source declares")):
            for command in (("can-i", "--principal", ROLE), ("who-can",)):
                status, _, error = self.run_iam(*command, self.template, "--action", "s3:GetObject", "--resource", resource)
                self.assertEqual(status, 2, resource)
                self.assertIn(what, error)

    def test_a_buckets_policy_is_that_of_its_files_name(self) -> None:
        user = "arn:aws:iam::123456789012:user/jane"
        answer = {"Policy": json.dumps(policy("s3:ListBucket", Principal="*", Effect="Deny"))}
        for name, expected in (("get-bucket-policy-data.json", {"data": 1, "other": 0}),
                               ("get-bucket-policy-1.json", {"data": 3, "other": 3})):
            path = self.snapshot / name
            path.write_text(json.dumps(answer))
            for bucket, status in expected.items():
                self.assertEqual(self.can_i(self.snapshot, user, "s3:ListBucket", f"arn:aws:s3:::{bucket}")[0], status, name)
            self.assertEqual(self.can_i(self.snapshot, ROLE, "sqs:SendMessage", "*")[0], 0)
            path.unlink()

    def test_a_policy_of_a_resource_names_who_may(self) -> None:
        given = self.folder / "bucket.json"
        given.write_text(json.dumps({"Resource": "arn:aws:s3:::data", "Account": "123456789012", "Policy": policy("s3:*")}))
        status, _, error = self.run_iam("can-i", "--principal", "anonymous", "--action", "s3:GetObject", "--resource",
                                        "arn:aws:s3:::data/key", "--resource-policy", given)
        self.assertEqual(status, 2)
        self.assertIn("neither Principal nor NotPrincipal", error)

    def test_escalate_names_the_case(self) -> None:
        status, out, _ = self.run_iam("escalate", "--json", "--principal", "AppRole", self.template)
        self.assertEqual((status, json.loads(out)["where"]), (1, 'Stage is "test"'))
        self.assertEqual(self.run_iam("escalate", "--principal", ROLE, self.snapshot)[0], 0)

    def test_a_role_is_compared_with_a_policy(self) -> None:
        envelope = self.folder / "envelope.json"
        envelope.write_text(json.dumps(policy("s3:GetObject")))
        status, out, _ = self.run_iam("compare", "--json", f"{self.template}#AppRole", envelope)
        self.assertEqual((status, json.loads(out)["only_left"]["action"].split(":")[0] in ("s3", "iam")), (1, True))
        envelope.write_text(json.dumps(policy("*")))
        self.assertEqual(self.run_iam("compare", f"{self.template}#AppRole", envelope)[0], 0)
        self.assertEqual(self.run_iam("compare", f"{self.template}#Write", f"{self.template}#Write")[:2], (0, "equivalent\n"))
        self.assertEqual(self.run_iam("compare", f"{self.template}#Nothing", envelope)[0], 2)

    def test_what_cannot_be_read_is_told(self) -> None:
        status, _, error = self.run_iam("can-i", "--principal", ROLE, "--action", "s3:GetObject",
                                        "--resource", "arn:aws:s3:::data/key", self.folder / "absent.yaml")
        self.assertEqual(status, 2)
        self.assertIn("no such file", error)
        status, _, error = self.run_iam("can-i", "--principal", "Nobody", "--action", "s3:GetObject",
                                        "--resource", "*", self.template)
        self.assertEqual(status, 2)
        self.assertTrue(error.startswith("redoubt: Nobody: it is no principal"), error)

    def test_asks_about_one_action_by_its_name(self) -> None:
        for action, what in (("s3:Get*", "one action"), ("GetObject", "no service"), ("s3:", "no action")):
            status, _, error = self.run_iam("can-i", self.template, "--principal", ROLE, "--action", action,
                                            "--resource", "Data/key")
            self.assertEqual(status, 2)
            self.assertIn(what, error)

    def test_lists_who_stands_outside(self) -> None:
        bucket = """
Resources:
  Data: {Type: AWS::S3::Bucket, Properties: {BucketName: data}}
  OfData:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Data
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - {Effect: Allow, Principal: {AWS: !Ref "AWS::AccountId"}, Action: s3:GetObject, Resource: "*"}
          - {Effect: Allow, Principal: {Service: s3.amazonaws.com}, Action: s3:GetObject, Resource: "*"}
          - {Effect: Allow, Principal: {AWS: "222222222222"}, Action: s3:GetObject, Resource: "*"}
"""
        source = self.folder / "bucket.yaml"
        source.write_text(bucket)
        self.assertEqual(self.run_iam("who-can", source, "--action", "s3:GetObject", "--resource", "Data/key",
                                      "--outside")[:2], (0, "arn:aws:iam::222222222222:root\n"))

    def test_requests_have_their_keys_as_the_policies_write_them(self) -> None:
        given = self.folder / "conditional.json"
        given.write_text(json.dumps({"Resource": "arn:aws:s3:::data", "Account": "123456789012",
                                     "Policy": policy("s3:*", Principal="*", Condition={"StringEquals": {
                                         "s3:ExistingObjectTag/Public": "yes", "aws:principalorgid": "o-1"}})}))
        status, out, _ = self.run_iam("can-i", self.snapshot, "--principal", "arn:aws:iam::123456789012:user/jane", "--action",
                                      "s3:GetObject", "--resource", "arn:aws:s3:::data/key", "--resource-policy", given)
        self.assertEqual(status, 3)
        self.assertIn("with aws:PrincipalOrgID=o-1, s3:ExistingObjectTag/Public=yes\n", out)
        self.assertNotIn("aws:userid", out)

    def test_who_can_says_what_its_examples_stand_for(self) -> None:
        given = self.folder / "conditional.json"

        def who(condition: dict) -> str:
            given.write_text(json.dumps({"Resource": "arn:aws:s3:::data", "Account": "123456789012",
                                         "Policy": policy("s3:*", Principal="*", Condition=condition)}))
            return self.run_iam("who-can", "--action", "s3:GetObject", "--resource", "arn:aws:s3:::data/key",
                                "--resource-policy", given)[1]
        self.assertEqual(who({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
                         "arn:aws:iam::999999999999:root  (any account that no policy names)\n")
        self.assertEqual(who({"Bool": {"aws:SecureTransport": "true"}}), "*  (everyone, without credentials too)\n")

    def test_who_can_counts_the_rest_of_a_long_list(self) -> None:
        details = SNAPSHOT["account.json"]
        users = [details["UserDetailList"][0] | {"UserName": f"u{n}", "Arn": f"arn:aws:iam::123456789012:user/u{n}"}
                 for n in range(60)]
        (self.snapshot / "account.json").write_text(json.dumps(details | {"UserDetailList": users}))
        words = ("who-can", "--action", "s3:ListBucket", "--resource", "arn:aws:s3:::data", self.snapshot)
        self.assertEqual(self.run_iam(*words)[1].splitlines()[49:],
                         [self.run_iam(*words)[1].splitlines()[49],
                          "and 10 more: 10 users of 123456789012 (--json lists all)"])
        self.assertEqual(len(json.loads(self.run_iam(*words, "--json")[1])["principals"]), 60)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
