"""Takes every rule of a VPC's default security group away. A custom resource: SecurityGroupId."""

import boto3
import cfnresponse

ec2 = boto3.client("ec2")


def close(group_id):
    group = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
    if group["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=group_id, IpPermissions=group["IpPermissions"])
    if group["IpPermissionsEgress"]:
        ec2.revoke_security_group_egress(GroupId=group_id, IpPermissions=group["IpPermissionsEgress"])


def handler(event, context):
    group_id = event["ResourceProperties"]["SecurityGroupId"]
    try:
        if event["RequestType"] != "Delete":  # the group goes with its network
            close(group_id)
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, group_id)
    except Exception as error:
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, group_id, reason=f"{type(error).__name__}: {error}")
