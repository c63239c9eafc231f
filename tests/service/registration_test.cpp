#include "service_fixture.hpp"

namespace redoubt::api {
namespace {

class Registration : public ServiceTest {};
REDOUBT_ON_BOTH_DATABASES(Registration);

TEST_P(Registration, AnswersAlikeForAKnownAddressAndLeavesItAlone) {
  const Answer first = register_user("ann@example.com");
  const Answer again = register_user("ann@example.com", "another umbrella in the harbour 5");
  EXPECT_EQ(first.status, 202);
  EXPECT_EQ(first.body, R"({"status":"accepted"})");
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(register_user("ANN@example.com", "another umbrella in the harbour 5").status, 202)
      << "case makes no account";
  EXPECT_EQ(login("ann@example.com").status, 200);
  EXPECT_EQ(login("ann@example.com", "another umbrella in the harbour 5").status, 401);
  EXPECT_EQ(login("Ann@Example.com").status, 200);
  EXPECT_EQ(count("SELECT COUNT(*) FROM users"), 2);  // and the administrator
}

TEST_P(Registration, WritesAsMuchForAKnownAddressAsForANewOne) {
  ASSERT_EQ(register_user("ann@example.com").status, 202);
  if (GetParam() == Dialect::postgresql) {
    // Each version of a row has the number of the transaction that wrote it.
    const auto before = count("SELECT CAST(CAST(xmin AS TEXT) AS BIGINT) FROM users WHERE email = 'ann@example.com'");
    ASSERT_EQ(register_user("ann@example.com").status, 202);
    EXPECT_NE(count("SELECT CAST(CAST(xmin AS TEXT) AS BIGINT) FROM users WHERE email = 'ann@example.com'"), before);
  } else {
    const auto log = folder_ / "test.db-wal";
    const auto before = std::filesystem::last_write_time(log);
    ASSERT_EQ(register_user("ann@example.com").status, 202);
    EXPECT_GT(std::filesystem::last_write_time(log), before);
  }
}

TEST_P(Registration, RefusesUnsuitablePasswordsWithoutRepeatingThem) {
  for (const std::string& password :
       {std::string("tiny"), std::string("password1234"), std::string("aaaaaaaaaaaaaaaa"), std::string("qwertyuiopas"),
        std::string("ann@example.com"), std::string(73, 'x') + "Long7", std::string(2000, 'y')}) {
    const Answer answer = register_user("ann@example.com", password);
    EXPECT_EQ(answer.status, 422) << password;
    EXPECT_EQ(answer.body.find(password), std::string::npos) << answer.body;
    EXPECT_NE(answer.body.find("password"), std::string::npos) << answer.body;
  }
  EXPECT_EQ(count("SELECT COUNT(*) FROM users"), 1);
}

TEST_P(Registration, TellsTheLengthOfAPasswordWithEveryOtherError) {
  const Answer answer = client().post("/auth/register", R"({"email":"nobody","password":"short","full_name":""})");
  EXPECT_EQ(answer.status, 422);
  for (const auto* part :
       {R"("email")", R"("password")", R"("full_name")", R"("bytes_too_short")", R"("min_length":12)"})
    EXPECT_NE(answer.body.find(part), std::string::npos) << part << " is not in " << answer.body;
  EXPECT_NE(register_user("ann@example.com", "\U0001F600\U0001F601abc").body.find("bytes_too_short"),
            std::string::npos);
  EXPECT_EQ(register_user("ann@example.com", "\U0001F600\U0001F601abcd").body.find("bytes_too_short"),
            std::string::npos);
  EXPECT_NE(register_user("ann@example.com", std::string(73, 'x')).body.find("bytes_too_long"), std::string::npos);
}

TEST_P(Registration, RefusesWhatTheModelDoesNotHave) {
  const std::string password = fmt::format(R"("password":"{}")", good_password);
  for (const std::string& body :
       {R"({"email":"ann@example.com"})" + std::string(), R"({)" + password + "}",
        R"({"email":"nobody",)" + password + "}", R"({"email":5,)" + password + "}",
        R"({"email":"ann@example.com","email":"bob@example.com",)" + password + "}",
        R"({"email":"ann@example.com","is_admin":true,)" + password + "}",
        R"({"email":"ann@example.com","roles":["admin"],)" + password + "}",
        R"({"email":"ann@example.com","full_name":"A\u0000B",)" + password + "}",
        R"({"email":"ann@example.com","full_name":"",)" + password + "}",
        R"({"email":"ann@example.com","password":"seven umbrellas\u0000 below the harbour"})" + std::string(),
        std::string("[]"), std::string("null"), std::string("{"), std::string(R"({"email":"\ud800"})")}) {
    const Answer answer = client().post("/auth/register", body);
    EXPECT_EQ(answer.status, 422) << body << answer.body;
    EXPECT_EQ(answer.body.find("umbrellas"), std::string::npos) << "an error repeats the input: " << answer.body;
  }
  EXPECT_EQ(client().post("/auth/register", "{}", {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_EQ(client().post("/auth/register", std::string(2 << 20, ' ')).status, 413);
  EXPECT_EQ(count("SELECT COUNT(*) FROM users"), 1);
}

TEST_P(Registration, IsLimitedForEachClient) {
  start({{"RATE_LIMIT_LOGIN", "2/hour"}, {"TRUSTED_PROXIES", "127.0.0.1"}});
  const auto register_from = [&](std::string address, int n) {
    return client().post("/auth/register",
                         fmt::format(R"({{"email":"user{}@example.com","password":"{}"}})", n, good_password),
                         {{"X-Forwarded-For", std::move(address)}});
  };
  for (int i = 0; i < 8; ++i) EXPECT_EQ(register_from("192.0.2.1", i).status, 202);
  const Answer refused = register_from("192.0.2.1", 9);
  EXPECT_EQ(refused.status, 429);
  EXPECT_TRUE(refused.header("Retry-After"));
  EXPECT_EQ(register_from("192.0.2.2", 10).status, 202);
  EXPECT_EQ(login("user0@example.com", good_password, {{"X-Forwarded-For", "192.0.2.1"}}).status, 200)
      << "sign-ins are counted by themselves";
}

TEST_P(Registration, ClosedIsForAdministratorsOnly) {
  start({{"OPEN_REGISTRATION", "false"}});
  EXPECT_EQ(register_user("ann@example.com").status, 403);
  const std::string body = fmt::format(R"({{"email":"ann@example.com","password":"{}"}})", good_password);
  EXPECT_EQ(post("/auth/register", body, "nonsense").status, 401);
  EXPECT_EQ(post("/auth/register", body, sign_in_admin()).status, 202);
  const std::string ann = sign_in("ann@example.com");
  EXPECT_EQ(post("/auth/register", body, ann).status, 403);
  // Beyond one's rights is said before the body is looked at.
  EXPECT_EQ(client().post("/auth/register", "{").status, 403);
}

TEST_P(Registration, StoresNoPasswordAndNoToken) {
  const std::string token = new_user("ann@example.com");
  const Answer signed_in = login("ann@example.com");
  EXPECT_EQ(count("SELECT COUNT(*) FROM users WHERE password_hash LIKE '$2b$%'"), 2);
  const std::string log = instance().log_text();
  for (const std::string& secret : {std::string(good_password), std::string(admin_password), token,
                                    text(signed_in, "refresh_token"), std::string(jwt_secret)})
    EXPECT_EQ(log.find(secret), std::string::npos);
}

}  // namespace
}  // namespace redoubt::api
