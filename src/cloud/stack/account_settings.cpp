#include "functions.hpp"
#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {

// Three settings of an account that CloudFormation has no type for: the password policy, the public access block of S3
// and the encryption of new EBS volumes. A function makes them; they stay when the stack goes.
void add_account_settings(Template& t, const Configuration& c) {
  add_function(t,
               {.id = "SettingsFunction",
                .name = c.name + "-account-settings",
                .about = "Sets the password policy, S3's public access block and the encryption of EBS volumes",
                .source = function::account_settings,
                .seconds = 60,
                .log_key = "AuditKey",
                .log_days = c.log_days,
                .variables = {}},
               {allow("iam:UpdateAccountPasswordPolicy", "*"), allow("s3:PutAccountPublicAccessBlock", "*"),
                allow("ec2:EnableEbsEncryptionByDefault", "*")});
  t.add("Settings", "Custom::AccountSettings",
        {{"ServiceToken", get_att("SettingsFunction", "Arn")},
         {"ServiceTimeout", 120},
         {"AccountId", ref_to("AWS::AccountId")},
         {"PasswordPolicy", object({{"MinimumPasswordLength", 14},
                                    {"RequireSymbols", true},
                                    {"RequireNumbers", true},
                                    {"RequireUppercaseCharacters", true},
                                    {"RequireLowercaseCharacters", true},
                                    {"AllowUsersToChangePassword", true},
                                    {"MaxPasswordAge", 90},
                                    {"PasswordReusePrevention", 24}})},
         {"BlockPublicAccess", true},
         {"EncryptVolumes", true}});
}

}  // namespace redoubt::stack
