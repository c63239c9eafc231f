#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {

void add_log_group(Template& t, std::string_view id, const std::string& name, int days, std::string_view key) {
  t.add(id, "AWS::Logs::LogGroup",
        {{"LogGroupName", name}, {"RetentionInDays", days}, {"KmsKeyId", get_att(key, "Arn")}})
      .keep();
}

void add_topic(Template& t, std::string_view id, const std::string& name, std::string_view key,
               const std::vector<std::string>& emails) {
  t.add(id, "AWS::SNS::Topic", {{"TopicName", name}, {"KmsMasterKeyId", ref_to(key)}});
  const auto publishes = [&](std::string_view principal) {
    return allow_to(service(principal), "sns:Publish", ref_to(id), from_this_account());
  };
  t.add(fmt::format("{}Policy", id), "AWS::SNS::TopicPolicy",
        {{"Topics", list({ref_to(id)})},
         {"PolicyDocument", policy({publishes("cloudwatch.amazonaws.com"), publishes("events.amazonaws.com"),
                                    publishes("events.rds.amazonaws.com"), publishes("backup.amazonaws.com"),
                                    deny_plain_text("sns:Publish", ref_to(id))})}});
  for (std::size_t i = 0; i < emails.size(); ++i)
    t.add(fmt::format("{}Subscription{}", id, i + 1), "AWS::SNS::Subscription",
          {{"TopicArn", ref_to(id)}, {"Protocol", "email"}, {"Endpoint", emails[i]}});
}

void add_event_alert(Template& t, std::string_view id, std::string_view about, Value pattern, std::string_view topic) {
  t.add(id, "AWS::Events::Rule",
        {{"Description", about},
         {"EventPattern", std::move(pattern)},
         {"State", "ENABLED"},
         {"Targets", list({object({{"Id", "alert"}, {"Arn", ref_to(topic)}})})}});
}

void add_security_topic(Template& t, const Configuration& c) {
  add_topic(t, "SecurityTopic", c.name + "-security", "AuditKey", c.alert_emails);
  t.output("SecurityTopicArn", "The topic of security alerts", ref_to("SecurityTopic"));
}

void add_alert_topic(Template& t, const Configuration& c) {
  add_topic(t, "AlertTopic", c.prefix() + "-alerts", "MonitoringKey", c.alert_emails);
}

}  // namespace redoubt::stack
