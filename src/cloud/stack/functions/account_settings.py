"""Makes settings of an account that CloudFormation has no type for. A custom resource: AccountId, PasswordPolicy,
BlockPublicAccess, EncryptVolumes. When the resource goes the settings stay: weakening them is nobody's clean-up."""

import boto3
import cfnresponse


def true(text):  # CloudFormation hands over every value as a text
    return text == "true"


def password_policy(properties):
    return {name: int(text) if text.isdigit() else true(text) for name, text in properties.items()}


def apply(properties):
    boto3.client("iam").update_account_password_policy(**password_policy(properties["PasswordPolicy"]))
    if true(properties["BlockPublicAccess"]):
        blocks = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        boto3.client("s3control").put_public_access_block(
            AccountId=properties["AccountId"], PublicAccessBlockConfiguration={block: True for block in blocks})
    if true(properties["EncryptVolumes"]):
        boto3.client("ec2").enable_ebs_encryption_by_default()


def handler(event, context):
    try:
        if event["RequestType"] != "Delete":
            apply(event["ResourceProperties"])
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, "account-settings")
    except Exception as error:
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, "account-settings",
                         reason=f"{type(error).__name__}: {error}")
