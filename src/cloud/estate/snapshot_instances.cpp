// EC2's answers about what sits in a VPC: network interfaces, instances, elastic addresses, volumes.
#include <fmt/format.h>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

using enum Shape;

// `Association.PublicIp`, there and beside each private address, is the address that the Internet sees; `Attachment`
// and `RequesterId` tell whose the interface is (`amazon-elb`, `amazon-rds`).
constexpr Field interface_fields[] = {
    {"SubnetId"},
    {"VpcId"},
    {"Groups[].GroupId", "GroupSet", texts},
    {"PrivateIpAddress"},
    {"PrivateIpAddress", "PrimaryPrivateIpAddress"},
    {"PrivateIpAddresses", {}, as_is},
    {"Ipv6Addresses", {}, as_is},
    {"Ipv4Prefixes", {}, as_is},
    {"Ipv6Prefixes", {}, as_is},
    {"SourceDestCheck", {}, flag},
    {"InterfaceType"},
    {"Description"},
    {"AvailabilityZone"},
    {"Association", {}, as_is},
    {"Attachment", {}, as_is},
    {"RequesterId"},
    {"RequesterManaged", {}, flag},
    {"Status"},
    {"TagSet", "Tags", tags},
};

constexpr Field interface_attachment_fields[] = {
    {"InstanceId"},
    {"DeviceIndex", {}, number},
    {"DeleteOnTermination", {}, flag},
};

// An interface that an instance was started with is part of it, any other joined by an attachment: CloudFormation
// cannot tell afterwards, so that there is always an attachment.
void interface_more(const Value& item, Made& made, Reading& reading) {
  const Value attachment = member(item, "Attachment");
  if (text_of(attachment, "InstanceId").empty()) return;
  Resource out = part_of(made.resource, "AWS::EC2::NetworkInterfaceAttachment", text_of(attachment, "AttachmentId"),
                         attachment, interface_attachment_fields, reading);
  out.properties.set("NetworkInterfaceId", text_at(made.resource.id, attachment.at));
  made.others.push_back(std::move(out));
}

constexpr Field instance_fields[] = {
    {"ImageId"},
    {"InstanceType"},
    {"KeyName"},
    {"SubnetId"},
    {"VpcId"},
    {"SecurityGroups[].GroupId", "SecurityGroupIds", texts},
    {"PrivateIpAddress"},
    {"PrivateIpAddress", "PrivateIp"},
    {"PublicIpAddress", "PublicIp"},
    {"PrivateDnsName"},
    {"PublicDnsName"},
    {"SourceDestCheck", {}, flag},
    {"EbsOptimized", {}, flag},
    {"MetadataOptions", {}, as_is},
    {"Placement.AvailabilityZone", "AvailabilityZone"},
    {"Placement.Tenancy", "Tenancy"},
    {"BlockDeviceMappings", {}, as_is},
    {"State", {}, as_is},
    {"Tags", {}, tags},
};

constexpr Field own_interface_fields[] = {
    {"NetworkInterfaceId"},
    {"Attachment.DeviceIndex", "DeviceIndex", number},
    {"SubnetId"},
    {"Groups[].GroupId", "GroupSet", texts},
};

void instance_more(const Value& item, Made& made, Reading& reading) {
  made.left_out = text_of(item, "State.Name") == "terminated";
  if (const std::string profile = text_of(item, "IamInstanceProfile.Arn"); !profile.empty())
    made.resource.properties.set("IamInstanceProfile", text_at(profile.substr(profile.rfind('/') + 1), item.at));
  if (const Value monitoring = member(item, "Monitoring.State")) {
    Value on = boolean(monitoring.text == "enabled" || monitoring.text == "pending");
    on.at = monitoring.at;
    made.resource.properties.set("Monitoring", std::move(on));
  }
  Value own = list({});
  own.at = item.at;
  for (const Value& interface : items_of(item, "NetworkInterfaces", reading)) {
    Value& entry = own.items.emplace_back(object({}));
    entry.at = interface.at;
    apply(own_interface_fields, interface, entry, reading);
    // Most of what describe-network-interfaces says stands here too, for who did not ask that.
    Made out;
    out.resource = part_of(made.resource, "AWS::EC2::NetworkInterface", text_of(interface, "NetworkInterfaceId"),
                           interface, interface_fields, reading);
    if (Value attachment = member(interface, "Attachment"); attachment.is(Kind::object)) {
      attachment.set("InstanceId", text_at(made.resource.id, interface.at));
      out.resource.properties.set("Attachment", attachment);
      Value with_instance = interface;
      with_instance.set("Attachment", std::move(attachment));
      interface_more(with_instance, out, reading);
    }
    made.others.push_back(std::move(out.resource));
    for (Resource& other : out.others) made.others.push_back(std::move(other));
  }
  if (!own.items.empty()) made.resource.properties.set("NetworkInterfaces", std::move(own));
}

constexpr Field address_fields[] = {
    {"Domain"},         {"PublicIp"},           {"AllocationId"},   {"InstanceId"},
    {"PublicIpv4Pool"}, {"NetworkBorderGroup"}, {"Tags", {}, tags},
};

constexpr Field address_association_fields[] = {
    {"AllocationId"}, {"NetworkInterfaceId"}, {"PrivateIpAddress"}, {"InstanceId"}, {"PublicIp", "EIP"},
};

void address_more(const Value& item, Made& made, Reading& reading) {
  made.resource.id = text_of(item, "AllocationId");
  if (made.resource.id.empty()) made.resource.id = text_of(item, "PublicIp");
  if (const std::string id = text_of(item, "AssociationId"); !id.empty())
    made.others.push_back(
        part_of(made.resource, "AWS::EC2::EIPAssociation", id, item, address_association_fields, reading));
}

constexpr Field volume_fields[] = {
    {"AvailabilityZone"},
    {"Encrypted", {}, flag},
    {"KmsKeyId"},
    {"Size", {}, number},
    {"SnapshotId"},
    {"VolumeType"},
    {"Iops", {}, number},
    {"Attachments", {}, as_is},
    {"State"},
    {"Tags", {}, tags},
};

constexpr Field snapshot_fields[] = {
    {"VolumeId"}, {"OwnerId"}, {"Encrypted", {}, flag}, {"KmsKeyId"}, {"StartTime"}, {"State"}, {"Tags", {}, tags},
};

// A setting of the account in one region.
constexpr Field default_encryption_fields[] = {{"EbsEncryptionByDefault", {}, flag}};

void default_encryption_more(const Value&, Made& made, Reading& reading) {
  made.resource.id = fmt::format("{}EbsEncryptionByDefault", reading.region.empty() ? "" : reading.region + '/');
}

constexpr Table tables[] = {
    {"NetworkInterfaces", "AWS::EC2::NetworkInterface", "NetworkInterfaceId", {}, interface_fields, interface_more},
    {"Instances", "AWS::EC2::Instance", "InstanceId", {}, instance_fields, instance_more},
    {.key = "Addresses", .type = "AWS::EC2::EIP", .fields = address_fields, .more = address_more, .mark = "PublicIp"},
    {"Volumes", "AWS::EC2::Volume", "VolumeId", {}, volume_fields},
    {.key = "Snapshots",
     .type = "AWS::EC2::Snapshot",
     .id = "SnapshotId",
     .fields = snapshot_fields,
     .mark = "VolumeId"},
    {.key = "EbsEncryptionByDefault",
     .type = "AWS::EC2::EbsEncryptionByDefault",
     .fields = default_encryption_fields,
     .more = default_encryption_more,
     .mark = "EbsEncryptionByDefault",
     .whole = true},
};

constexpr Field restore_fields[] = {{"CreateVolumePermissions", {}, as_is}};

constexpr Part parts[] = {
    {.key = "CreateVolumePermissions",
     .type = "AWS::EC2::Snapshot",
     .subject = "SnapshotId",
     .fields = restore_fields,
     .property = "CreateVolumePermissions",
     .question = "DescribeSnapshotAttribute"},
};

}  // namespace

Service instance_service() {
  return {tables, parts};
}

}  // namespace redoubt::estate::snapshot
