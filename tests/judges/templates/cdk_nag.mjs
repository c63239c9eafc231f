// What cdk-nag's packs find in CloudFormation templates: node cdk_nag.mjs FILE…; one JSON object a finding and line.
import { App, Stack } from "aws-cdk-lib";
import { CfnInclude } from "aws-cdk-lib/cloudformation-include";
import * as nag from "cdk-nag";

const packs = { "AwsSolutions": nag.AwsSolutionsChecks, "HIPAA.Security": nag.HIPAASecurityChecks,
                "NIST.800.53.R5": nag.NIST80053R5Checks, "PCI.DSS.321": nag.PCIDSS321Checks };
for (const file of process.argv.slice(2)) {
  const stack = new Stack(new App(), "Judged");
  new CfnInclude(stack, "Template", { templateFile: file });
  for (const [name, Pack] of Object.entries(packs)) {
    const report = new Pack(stack).validateScope(stack);
    for (const violation of report.violations)
      for (const resource of violation.violatingResources)
        // "AwsSolutions-IAM5[Resource::*]" on "Judged/Template/TaskExecutionRole"
        console.log(JSON.stringify({ rule: violation.ruleName.replace(`${name}-`, "").replace(/\[.*/, ""),
                                     resource: Object.values(resource)[0].split("/").at(-1) }));
  }
}
