"""Pairs of policies to compare: small ones that try every rule against every other, and ones as accounts have them."""

import json
from collections.abc import Callable
from random import Random

Policy = dict
Pair = tuple[Policy, Policy]

ACCOUNT = "123456789012"


def policy(statements: list[dict]) -> Policy:
    return {"Version": "2012-10-17", "Statement": statements}


# ---- small

SMALL_ACTIONS = ["s:a", "S:A", "s:ab", "s:b", "s:*", "s:a*", "s:*b", "?:a", "t:*", "*", "*:a", "s:a?"]
SMALL_RESOURCES = ["*", "arn:aws:s:::a", "arn:aws:s:::*", "arn:aws:s:::a*", "arn:aws:s:::*b*", "arn:aws:s:*", "arn:*:a",
                   "arn:aws:s:::?", "arn:aws:s:*:*:a", "arn:aws:s:r*::a", "arn:aws:s:::a:b", "arn:aws:s:::a/*/b",
                   "arn:aws:s:?:1:a?", "arn:aws:*"]
SMALL_VARIABLES = ["arn:aws:s:::${aws:username}", "arn:aws:s:::${aws:username}/*", "arn:aws:s:::a${aws:username}",
                   "arn:aws:s:::${aws:username}/b"]
TEXTS = ["a", "b", "ab", "A", "abc", ""]
SETS = ["", "", "", "ForAllValues:", "ForAnyValue:"]
TEXT_OPERATORS = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase",
                  "StringNotEqualsIgnoreCase"]
NUMBER_OPERATORS = ["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals",
                    "NumericGreaterThan", "NumericGreaterThanEquals"]
DATE_OPERATORS = [name.replace("Numeric", "Date") for name in NUMBER_OPERATORS]
ARN_OPERATORS = ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"]


def some(random: Random, of: list, most: int) -> list:
    return random.sample(of, random.randint(1, min(most, len(of))))


def small_condition(random: Random) -> tuple[str, str, list[str] | str]:
    """An operator, a key and its values. Each key is compared as one type only."""
    optional = random.choice(["", "", "IfExists"])

    def text(key: str, sets: list[str]) -> tuple[str, str, list[str]]:
        operator = random.choice(TEXT_OPERATORS)
        like = ["a*", "*b", "?", "*", "a?c", "*b*"] if "Like" in operator else []
        return random.choice(sets) + operator + optional, key, some(random, TEXTS[:5] + like, 3)

    kinds: list[Callable[[], tuple]] = [
        lambda: text("aws:SourceVpc", [""]),
        lambda: text("aws:TagKeys", SETS),
        lambda: (random.choice(NUMBER_OPERATORS) + optional, "s:number", some(random, ["0", "1", "1.5", "2", "-3"], 2)),
        lambda: (random.choice(DATE_OPERATORS) + optional, "aws:CurrentTime",
                 some(random, ["2024-01-01T00:00:00Z", "2024-01-01T00:00:01Z", "1704067199", "2024-06-01"], 2)),
        lambda: (random.choice(["IpAddress", "NotIpAddress"]) + optional, "aws:SourceIp",
                 some(random, ["10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9", "10.1.2.3", "0.0.0.0/0", "2001:db8::/32",
                               "2001:db8::1", "::/0"], 3)),
        lambda: (random.choice(ARN_OPERATORS) + optional, "aws:SourceArn",
                 some(random, ["arn:aws:s:r:1:a", "arn:aws:s:*:1:a*", "arn:*:s:r:*:*", "arn:aws:s:r:1:?", "*"], 2)),
        lambda: ("Bool" + optional, "aws:SecureTransport", random.choice([["true"], ["false"], ["true", "false"]])),
        lambda: ("Null", random.choice(["aws:SourceVpc", "aws:TagKeys", "s:number", "aws:SourceIp"]),
                 random.choice(["true", "false"])),
    ]
    return random.choice(kinds)()


def small_statement(random: Random, variables: bool) -> dict:
    resources = SMALL_RESOURCES + (SMALL_VARIABLES * 2 if variables else [])
    out = {"Effect": random.choice(["Allow", "Allow", "Deny"]),
           random.choice(["Action"] * 4 + ["NotAction"]): some(random, SMALL_ACTIONS, 2),
           random.choice(["Resource"] * 4 + ["NotResource"]): some(random, resources, 2)}
    conditions: dict = {}
    for _ in range(random.choice([0, 0, 1, 1, 2])):
        operator, key, values = small_condition(random)
        conditions.setdefault(operator, {})[key] = values
    if conditions:
        out["Condition"] = conditions
    return out


def small_pair(random: Random) -> Pair:
    """Two policies, the second often the first with one statement changed: that they are alike shows the most."""
    variables = random.random() < 0.25
    left = [small_statement(random, variables) for _ in range(random.randint(1, 3))]
    right = [small_statement(random, variables) for _ in range(random.randint(1, 3))]
    if random.random() < 0.6:
        right = json.loads(json.dumps(left))
        right[random.randrange(len(right))] = small_statement(random, variables)
    return policy(left), policy(right)


# ---- as accounts have them

BUCKETS = ["logs", "data", "data-eu", "backups", "web-assets", "audit-trail"]
ACTIONS = {
    "s3": ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl", "s3:DeleteObject", "s3:ListBucket",
           "s3:GetBucketLocation", "s3:ListAllMyBuckets", "s3:Get*", "s3:List*", "s3:Put*", "s3:*"],
    "ec2": ["ec2:DescribeInstances", "ec2:StartInstances", "ec2:StopInstances", "ec2:RunInstances", "ec2:Describe*",
            "ec2:TerminateInstances", "ec2:CreateTags", "ec2:AttachVolume", "ec2:*Volume", "ec2:*"],
    "iam": ["iam:GetUser", "iam:ListUsers", "iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:UpdateAccessKey",
            "iam:*AccessKey*", "iam:PassRole", "iam:Get*", "iam:List*", "iam:ChangePassword"],
    "dynamodb": ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:PutItem",
                 "dynamodb:UpdateItem", "dynamodb:*Item", "dynamodb:Describe*", "dynamodb:*"],
    "sqs": ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:*Message"],
    "kms": ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKey*", "kms:DescribeKey", "kms:*"],
}
CONDITIONS = [
    ("StringEquals", "aws:SourceVpc", ["vpc-111", "vpc-222", "vpc-333"]),
    ("StringLike", "s3:prefix", ["home/", "home/*", "home/shared/*"]),
    ("StringNotEquals", "aws:RequestedRegion", ["eu-west-1", "eu-west-2", "eu-central-1"]),
    ("StringEqualsIfExists", "aws:PrincipalTag/team", ["blue", "green", "red"]),
    ("StringEquals", "ec2:ResourceTag/stage", ["test", "staging", "production"]),
    ("IpAddress", "aws:SourceIp", ["203.0.113.0/24", "198.51.100.0/24", "203.0.113.64/26"]),
    ("NotIpAddress", "aws:SourceIp", ["203.0.113.0/24", "10.0.0.0/8"]),
    ("Bool", "aws:SecureTransport", ["true"]),
    ("Bool", "aws:MultiFactorAuthPresent", ["true"]),
    ("NumericLessThan", "aws:MultiFactorAuthAge", ["3600"]),
    ("DateGreaterThan", "aws:CurrentTime", ["2024-01-01T00:00:00Z"]),
    ("DateLessThan", "aws:CurrentTime", ["2024-12-31T23:59:59Z"]),
    ("ArnLike", "aws:SourceArn", ["arn:aws:sns:*:123456789012:alarms", "arn:aws:s3:::logs*"]),
    ("ForAllValues:StringEquals", "aws:TagKeys", ["team", "cost-centre", "stage"]),
    ("ForAnyValue:StringLike", "aws:TagKeys", ["team*", "stage"]),
    ("Null", "aws:RequestTag/team", ["false"]),
]


def real_resource(random: Random, service: str) -> str:
    if random.random() < 0.2:
        return "*"
    if service == "s3":
        return "arn:aws:s3:::" + random.choice(BUCKETS) + random.choice(["", "/*", "/home/${aws:username}/*", "-*", "/reports/2024-??"])
    region = random.choice(["*", "eu-west-1", "eu-*", "us-east-1"])
    name = {"ec2": ["instance/*", "volume/*", "*"], "dynamodb": ["table/orders", "table/*", "table/orders/index/*"],
            "sqs": ["jobs", "jobs-*", "dead-letters"], "kms": ["key/*", "key/1234abcd-12ab-34cd-56ef-1234567890ab"],
            "iam": ["user/*", "user/${aws:username}", "role/service-role/*", "role/app-*"]}[service]
    return f"arn:aws:{service}:{'' if service == 'iam' else region}:{ACCOUNT}:{random.choice(name)}"


def real_condition(random: Random) -> dict:
    operator, key, values = random.choice(CONDITIONS)
    return {operator: {key: some(random, values, 3)}}


def real_statement(random: Random, service: str) -> dict:
    negated = random.random() < 0.1
    out = {"Effect": "Deny" if negated or random.random() < 0.15 else "Allow",
           "NotAction" if negated else "Action": some(random, ACTIONS[service], 6),
           "NotResource" if random.random() < 0.05 else "Resource":
               [real_resource(random, service) for _ in range(random.randint(1, 3))]}
    if random.random() < 0.5:
        out["Condition"] = real_condition(random)
    return out


def real_change(random: Random, statements: list[dict]) -> None:
    """One of the changes that people make to a policy."""
    statement = random.choice(statements)
    actions = statement.get("Action") or statement["NotAction"]
    resources = statement.get("Resource") or statement["NotResource"]
    service = actions[0].split(":")[0]
    changes: list[Callable[[], object]] = [
        lambda: actions.append(random.choice(ACTIONS[service])),
        lambda: actions.pop() if len(actions) > 1 else actions.append(service + ":*"),
        lambda: actions.__setitem__(random.randrange(len(actions)), service + ":" + random.choice("GLDPC") + "*"),
        lambda: resources.append(real_resource(random, service)),
        lambda: resources.__setitem__(0, resources[0].rstrip("*") + "*"),
        lambda: resources.__setitem__(0, real_resource(random, service)),
        lambda: statement.pop("Condition", None) or statement.update(Condition=real_condition(random)),
        lambda: statement.update(Condition=real_condition(random)),
        lambda: statements.append(real_statement(random, service) | {"Effect": "Deny"}),
        lambda: statements.append(real_statement(random, random.choice(list(ACTIONS)))),
        lambda: statements.pop() if len(statements) > 1 else None,
        lambda: statement.update({"NotAction": statement.pop("Action")}) if "Action" in statement else None,
    ]
    random.choice(changes)()


def real_pair(random: Random) -> Pair:
    """A policy as accounts have them, and the same one changed in one to three places."""
    services = random.sample(list(ACTIONS), random.choice([1, 1, 2]))
    left = [real_statement(random, random.choice(services)) for _ in range(random.randint(1, 5))]
    right = json.loads(json.dumps(left))
    for _ in range(random.randint(1, 3)):
        real_change(random, right)
    return policy(left), policy(right)
