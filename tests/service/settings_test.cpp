#include "settings.hpp"

#include <fstream>

#include "service_fixture.hpp"

namespace redoubt::api {
namespace {

std::string problem(EnvironmentMap map) {
  try {
    const Settings settings(environment_of(std::move(map)));
    return "";
  } catch (const SettingsError& error) {
    return error.what();
  }
}

EnvironmentMap production(EnvironmentMap changes = {}) {
  EnvironmentMap map{{"REDOUBT_ENV", "production"},
                     {"JWT_SECRET", std::string(jwt_secret)},
                     {"ALLOWED_HOSTS", "api.example.com"},
                     {"DATABASE_URL", "postgresql://db.example.com/shop?sslmode=verify-full&sslrootcert=/ca.pem"}};
  for (auto& [name, value] : changes) map[name] = value;
  return map;
}

TEST(Settings, NeedNothingInDevelopment) {
  const Settings settings(environment_of({}));
  EXPECT_FALSE(settings.production);
  EXPECT_EQ(settings.host, "127.0.0.1");
  EXPECT_EQ(settings.port, 8000);
  EXPECT_EQ(settings.bcrypt_cost, 12U);
  EXPECT_EQ(settings.rate_limit_login.to_string(), "5/minute");
  EXPECT_EQ(settings.access_token_lifetime, std::chrono::minutes(15));
}

TEST(Settings, NameTheOneThatCannotBeUsed) {
  const std::pair<std::string, std::string> bad[] = {
      {"REDOUBT_ENV", "prod"},
      {"HOST", "localhost"},
      {"PORT", "65536"},
      {"PORT", "-1"},
      {"PORT", "80a"},
      {"ADMIN_PORT", "x"},
      {"TLS_CERT_FILE", "/cert.pem"},
      {"TLS_KEY_FILE", "/key.pem"},
      {"DATABASE_URL", "mysql://localhost/x"},
      {"DATABASE_URL", "sqlite:"},
      {"DATABASE_URL", "postgresql://h/d?sslmode=perhaps"},
      {"DATABASE_URL", "postgresql://h/d?nonsense=1"},
      {"JWT_SECRET", "too short"},
      {"JWT_SECRET", "thirty-two bytes but for one ch"},
      {"JWT_SECRET_PREVIOUS", "too short"},
      {"ACCESS_TOKEN_MINUTES", "0"},
      {"ACCESS_TOKEN_MINUTES", "1441"},
      {"REFRESH_TOKEN_DAYS", "366"},
      {"BCRYPT_COST", "9"},
      {"BCRYPT_COST", "16"},
      {"ALLOWED_HOSTS", "https://api.example.com"},
      {"ALLOWED_HOSTS", "a*.example.com"},
      {"CORS_ORIGINS", "app.example.com"},
      {"CORS_ORIGINS", "https://app.example.com/"},
      {"CORS_ORIGINS", "null"},
      {"TRUSTED_PROXIES", "10.0.0.0/33"},
      {"TRUSTED_PROXIES", "proxy"},
      {"RATE_LIMIT_LOGIN", "5 per minute"},
      {"RATE_LIMIT_DEFAULT", "0/minute"},
      {"METRICS_NAMESPACE", "AWS/x"},
      {"METRICS_NAMESPACE", "a\nb"},
      {"X_XSS_PROTECTION", "0\r\nSet-Cookie: a=b"},
      {"ADMIN_EMAIL", "admin"},
      {"OPEN_REGISTRATION", "perhaps"},
      {"MIGRATE_ON_START", "yes"},
      {"ALLOW_INSECURE_DATABASE", "y"},
      {"DRAIN_SECONDS", "3601"},
      {"SHUTDOWN_SECONDS", "x"},
  };
  for (const auto& [name, value] : bad) {
    const std::string sentence = problem({{name, value}});
    EXPECT_NE(sentence.find(name), std::string::npos) << name << "=" << value << ": " << sentence;
  }
}

TEST(Settings, OfProductionAreStrong) {
  EXPECT_EQ(problem(production()), "");
  EXPECT_EQ(problem(production({{"DATABASE_URL", "sqlite:/var/lib/redoubt.db"}})), "");
  const std::pair<std::string, std::string> weak[] = {
      {"JWT_SECRET", ""},
      {"JWT_SECRET", "short"},
      {"JWT_SECRET", std::string(64, 'x')},
      {"JWT_SECRET", "changemechangemechangemechangeme"},
      {"JWT_SECRET_PREVIOUS", std::string(64, '0')},
      {"ALLOWED_HOSTS", ""},
      {"ALLOWED_HOSTS", "*"},
      {"ALLOWED_HOSTS", "api.example.com,*"},
      {"CORS_ORIGINS", "*"},
      {"TRUSTED_PROXIES", "10.0.0.0/8,0.0.0.0/0"},
      {"BCRYPT_COST", "10"},
      {"BCRYPT_COST", "11"},
      {"DATABASE_URL", "postgresql://db.example.com/shop"},
      {"DATABASE_URL", "postgresql://db.example.com/shop?sslmode=require"},
      {"DATABASE_URL", "postgresql://db.example.com/shop?sslmode=verify-ca"},
      // What only looks like it, and what libpq reads otherwise than it looks.
      {"DATABASE_URL", "postgresql://db.example.com/shop?application_name=sslmode%3Dverify-full"},
      {"DATABASE_URL", "postgresql://db.example.com/sslmode=verify-full"},
      {"DATABASE_URL", "postgresql://db.example.com/shop?sslmode=verify-full&sslmode=disable"},
      {"DATABASE_URL", "postgresql://db.example.com/shop?sslmode=verify-full&ssl%6Dode=disable"},
  };
  for (const auto& [name, value] : weak) {
    const std::string sentence = problem(production({{name, value}}));
    EXPECT_NE(sentence.find(name), std::string::npos) << name << "=" << value << ": " << sentence;
  }
  EXPECT_EQ(problem(production({{"DATABASE_URL", "postgresql://h/d"}, {"ALLOW_INSECURE_DATABASE", "true"}})), "");
  EXPECT_FALSE(Settings(environment_of(production())).open_registration);
}

TEST(Settings, OfProductionTakeEveryRandomSecret) {
  for (const std::string secret : {"f3a1c2d4e5b60718293a4b5c6d7e8f90", "cP6Ab0zV1mXrJ2uQ9sTn4yWk7eLh3dGf5iRo8aNb",
                                   "correct horse battery staple and more"})
    EXPECT_EQ(problem(production({{"JWT_SECRET", secret}})), "") << secret;
  const std::string sentence = problem(production({{"JWT_SECRET", std::string(64, 'x')}}));
  EXPECT_NE(sentence.find("openssl rand"), std::string::npos) << sentence;
  EXPECT_EQ(sentence.find("xx"), std::string::npos) << "never the secret itself: " << sentence;
  EXPECT_EQ(problem({{"JWT_SECRET", std::string(64, 'x')}}), "") << "in development anything long enough";
}

TEST(Settings, OfHealthAreTheListenersAlone) {
  const auto url = [](EnvironmentMap map) { return Settings::health_url(environment_of(std::move(map))); };
  EXPECT_EQ(url({}), "http://127.0.0.1:8000/health/ready");
  EXPECT_EQ(url({{"HOST", "0.0.0.0"}, {"PORT", "80"}}), "http://127.0.0.1:80/health/ready");
  EXPECT_EQ(url({{"HOST", "::"}}), "http://[::1]:8000/health/ready");
  EXPECT_EQ(url({{"HOST", "192.0.2.1"}}), "http://192.0.2.1:8000/health/ready");
  EXPECT_EQ(url({{"TLS_CERT_FILE", "/c"}, {"TLS_KEY_FILE", "/k"}}), "https://127.0.0.1:8000/health/ready");
  EXPECT_EQ(url({{"REDOUBT_ENV", "production"}, {"DATABASE_URL", "nonsense"}, {"JWT_SECRET_FILE", "/no/such/file"}}),
            "http://127.0.0.1:8000/health/ready")
      << "it needs no secret to ask";
  EXPECT_THROW((void)url({{"PORT", "x"}}), SettingsError);
}

TEST(Settings, TakeEverySecretFromAFile) {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("redoubt-secret-{}", getpid());
  for (const Option& option : options()) {
    if (!option.secret) continue;
    const std::string name(option.name);
    std::ofstream(path) << "sqlite:a secret that is long enough for any of them\n";
    const Settings settings(environment_of({{name + "_FILE", path.string()}}));
    EXPECT_EQ(settings.secret(name), "sqlite:a secret that is long enough for any of them");
    std::ofstream(path) << "another secret that is long enough for any of them";
    EXPECT_EQ(settings.secret(name), "another secret that is long enough for any of them") << "read again";
    EXPECT_NE(problem({{name + "_FILE", path.string()}, {name, "sqlite:both"}}).find(name + "_FILE"),
              std::string::npos);
    for (const std::string unreadable : {"/no/such/file", "/tmp"})
      EXPECT_NE(problem({{name + "_FILE", unreadable}}).find(name + "_FILE"), std::string::npos) << unreadable;
  }
  std::filesystem::remove(path);
}

TEST(Settings, RefuseAnEmptyFileThatWouldMeanTheDefault) {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("redoubt-empty-{}", getpid());
  std::ofstream(path) << "\n";
  EXPECT_NE(problem({{"JWT_SECRET_FILE", path.string()}}).find("JWT_SECRET_FILE"), std::string::npos);
  EXPECT_NE(problem({{"DATABASE_URL_FILE", path.string()}}).find("is empty"), std::string::npos);
  EXPECT_EQ(problem({{"JWT_SECRET_PREVIOUS_FILE", path.string()}}), "") << "there need not be one";
  std::filesystem::remove(path);
}

TEST(Settings, NeverRepeatASecret) {
  for (const Option& option : options()) {
    if (!option.secret) continue;
    EXPECT_EQ(problem({{std::string(option.name), "hunter2"}}).find("hunter2"), std::string::npos) << option.name;
  }
  EXPECT_EQ(problem({{"DATABASE_URL", "postgresql://user:hunter2@h:99999/d"}}).find("hunter2"), std::string::npos);
}

TEST(Settings, AreDocumentedAsTheyAre) {
  std::ifstream file(REDOUBT_SOURCE_DIR "/docs/configuration.md");
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(document, options_markdown()) << "write it anew: redoubt-api options > docs/configuration.md";
}

}  // namespace
}  // namespace redoubt::api
