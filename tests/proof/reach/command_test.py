"""`redoubt reach` as people run it: exit codes, JSON, the drawing, and what it says when it cannot answer."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

program = sys.argv.pop(1)

TEMPLATE = """
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, MapPublicIpOnLaunch: true}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Default: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}
  Association: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: web
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}
        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, SourcePrefixListId: pl-0123456789abcdef0}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Subnet, SecurityGroupIds: [!Ref Group]}}
"""


class Reach(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.template = pathlib.Path(self.folder.name, "t.yaml")
        self.template.write_text(TEMPLATE)

    def tearDown(self):
        self.folder.cleanup()

    def run_it(self, *arguments, source=None):
        return subprocess.run([program, "reach", *arguments, source or str(self.template)], capture_output=True, text=True,
                              timeout=60, check=False)

    def test_reachable_ends_with_0_and_tells_the_way(self):
        done = self.run_it("--from", "internet", "--to", "Host", "--protocol", "tcp", "--port", "443", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["answer"], "reachable")
        self.assertEqual(answer["path"], ["internet", "Gateway", "Vpc", "Subnet", "Host"])
        self.assertEqual((answer["packet"]["protocol"], answer["packet"]["destination_port"]), ("tcp", 443))
        self.assertIsNone(answer["stopped_by"])

    def test_a_parameter_has_the_value_that_is_given(self):
        source = pathlib.Path(self.folder.name, "p.yaml")
        source.write_text("Parameters: {Port: {Type: Number, MinValue: 400, MaxValue: 500}}\n" + TEMPLATE.replace(
            "FromPort: 443, ToPort: 443", "FromPort: !Ref Port, ToPort: !Ref Port"))
        ask = ("--from", "internet", "--to", "Host", "--protocol", "tcp", "--port", "443")
        for given, expected in ((), 3), (("--parameter", "Port=443"), 0), (("--parameter", "Port=444"), 1):
            self.assertEqual(self.run_it(*ask, *given, source=str(source)).returncode, expected, given)
        for given, said in ("Port=80", "from 400 to 500"), ("Prot=443", "there are Port"), ("443", "NAME=VALUE"):
            done = self.run_it(*ask, "--parameter", given, source=str(source))
            self.assertEqual(done.returncode, 2, given)
            self.assertIn(f"redoubt: --parameter {given}: ", done.stderr)
            self.assertIn(said, done.stderr)

    def test_unreachable_ends_with_1_and_names_what_stops_it(self):
        done = self.run_it("--from", "internet", "--to", "Host", "--protocol", "tcp", "--port", "80", "--json")
        self.assertEqual(done.returncode, 1, done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["answer"], "unreachable")
        self.assertEqual((answer["stopped_by"]["resource"], answer["stopped_by"]["kind"]), ("Group", "security group"))

    def test_unknown_ends_with_3_and_says_why(self):
        done = self.run_it("--from", "internet", "--to", "Host", "--protocol", "tcp", "--port", "22")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("unknown", done.stdout)
        self.assertIn("pl-0123456789abcdef0", done.stdout)

    def test_what_cannot_be_read_ends_with_2(self):
        self.assertEqual(self.run_it("--from", "internet").returncode, 2)
        self.assertEqual(self.run_it("--from", "internet", "--to", "Host", "--protocol", "sctp").returncode, 2)
        self.assertEqual(self.run_it("--from", "internet", "--to", "Host", "--port", "70000").returncode, 2)
        self.assertEqual(self.run_it("--from", "internet", "--to", "Host", "--protocol", "icmp", "--port", "1").returncode, 2)
        self.assertEqual(self.run_it("--from", "internet", "--to", "Host", "--source-ip", "x").returncode, 2)
        self.assertEqual(self.run_it("--from", "internet", "--to", "Host", source="/nowhere").returncode, 2)
        nobody = self.run_it("--from", "internet", "--to", "Nobody")
        self.assertEqual(nobody.returncode, 2)
        self.assertTrue(nobody.stderr.startswith("redoubt: Nobody: "), nobody.stderr)

    def test_help_has_an_example(self):
        done = subprocess.run([program, "reach", "--help"], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0)
        self.assertIn("redoubt reach --from internet", done.stdout)

    def test_the_drawing_is_an_svg_of_the_way(self):
        picture = pathlib.Path(self.folder.name, "way.svg")
        done = self.run_it("--from", "internet", "--to", "Host", "--port", "443", "--draw", str(picture))
        self.assertEqual(done.returncode, 0, done.stderr)
        root = xml.etree.ElementTree.parse(picture).getroot()
        self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
        texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
        for hop in ["internet", "Gateway", "Vpc", "Subnet", "Host"]:
            self.assertIn(hop, texts)
        refused = self.run_it("--from", "internet", "--to", "Host", "--port", "443", "--draw", "/nowhere/way.svg")
        self.assertEqual(refused.returncode, 2)


if __name__ == "__main__":
    unittest.main()
