#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {

void add_image_repository(Template& t, const Configuration& c) {
  // A digest that no image has: the task definition is whole before the first image was pushed, and no task runs.
  t.add(
       "Images", "AWS::ECR::Repository",
       {{"RepositoryName", c.prefix()},
        {"ImageTagMutability", "IMMUTABLE"},
        {"ImageScanningConfiguration", object({{"ScanOnPush", true}})},
        {"EncryptionConfiguration", object({{"EncryptionType", "KMS"}, {"KmsKey", get_att("ImagesKey", "Arn")}})},
        {"LifecyclePolicy",
         object(
             {{"LifecyclePolicyText",
               R"({"rules":[{"rulePriority":1,"description":"Keep the last 50 images","selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":50},"action":{"type":"expire"}}]})"}})}})
      .keep();
  t.output("ImageRepository", "Where images are pushed to", get_att("Images", "RepositoryUri"));
}

}  // namespace redoubt::stack
