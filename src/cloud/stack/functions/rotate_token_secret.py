"""Rotates what access tokens are signed with. The secret is {"current": S, "accepted": "N\nP"}: S signs and verifies,
the lines of "accepted" only verify. N, the next one, was known to every task a whole period before it signs; P, the
previous one, goes on verifying what it signed. So tasks that run side by side while they are being replaced always
accept each other's tokens."""

import json

import boto3

secrets = boto3.client("secretsmanager")


def rotated(value, new):
    """The value after a rotation. At the first one there is no next secret yet: the current one goes on signing."""
    accepted = [line for line in value.get("accepted", "").split("\n") if line]
    if not accepted:
        return {"current": value["current"], "accepted": new}
    return {"current": accepted[0], "accepted": f"{new}\n{value['current']}"}


def create(secret, token):
    try:
        secrets.get_secret_value(SecretId=secret, VersionId=token, VersionStage="AWSPENDING")
        return  # a repeated call: the value is made already
    except secrets.exceptions.ResourceNotFoundException:
        pass
    value = json.loads(secrets.get_secret_value(SecretId=secret, VersionStage="AWSCURRENT")["SecretString"])
    new = secrets.get_random_password(PasswordLength=48, ExcludePunctuation=True)["RandomPassword"]
    secrets.put_secret_value(SecretId=secret, ClientRequestToken=token, VersionStages=["AWSPENDING"],
                             SecretString=json.dumps(rotated(value, new)))


def finish(secret, token):
    stages = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
    current = next(version for version, names in stages.items() if "AWSCURRENT" in names)
    if current != token:
        secrets.update_secret_version_stage(SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token,
                                            RemoveFromVersionId=current)


def handler(event, context):
    secret, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    if step == "createSecret":
        create(secret, token)
    elif step == "finishSecret":
        finish(secret, token)
