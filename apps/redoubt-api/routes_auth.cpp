// Registration, sign-in, refresh and sign-out.
#include <algorithm>

#include "current_user.hpp"
#include "hashing_turn.hpp"
#include "new_password.hpp"
#include "redoubt/rate_limit.hpp"
#include "routes.hpp"
#include "sessions.hpp"

namespace redoubt::api {

namespace {

// How many times the limit of one client all clients together may try one account: guesses from many addresses are
// slowed down without a single address being able to lock the account's owner out.
constexpr std::uint32_t account_limit_factor = 10;

// How many times the sign-ins of one client it may register: more, since people behind one address register together,
// and few enough for the hashing that each takes.
constexpr std::uint32_t registration_limit_factor = 4;

// Bytes of what anybody may send to sign in: more than the longest names and passwords, little enough for a crowd of
// strangers who never finish.
constexpr std::uint64_t credentials_limit = 64 * 1024;

HttpError wrong_credentials() {
  return HttpError(401, "Incorrect username or password").with("WWW-Authenticate", "Bearer");
}

bool may_have(const Scope& scope, const UserRow& user) {
  return !scope.administrators_only || user.has_role(Role::admin);
}

// The scope that a sign-in gets: what it asked for, or all that the roles allow (RFC 6749 section 3.3). None when it
// asked for one that the account cannot have.
std::optional<std::string> grant_scope(std::string_view asked, const UserRow& user) {
  std::string granted;
  const auto add = [&](std::string_view name) { granted += (granted.empty() ? "" : " ") + std::string(name); };
  if (asked.find_first_not_of(' ') == std::string_view::npos) {
    for (const Scope& scope : all_scopes) {
      if (may_have(scope, user)) add(scope.name);
    }
    return granted;
  }
  std::vector<std::string_view> granted_names;
  while (!asked.empty()) {
    const std::size_t end = std::min(asked.find(' '), asked.size());
    const std::string_view name = asked.substr(0, end);
    asked.remove_prefix(std::min(end + 1, asked.size()));
    if (name.empty() || std::ranges::count(granted_names, name) > 0) continue;
    const auto* const known = std::ranges::find(all_scopes, name, &Scope::name);
    if (known == std::end(all_scopes) || !may_have(*known, user)) return std::nullopt;
    add(name);
    granted_names.push_back(name);
  }
  return granted;
}

Tokens make_tokens(const TokenService& tokens, const UserRow& user, const SessionRow& session,
                   std::string refresh_token) {
  std::vector<std::string> roles;
  for (const Role role : parse_roles(user.roles)) roles.emplace_back(boost::describe::enum_to_string(role, ""));
  return {
      .access_token = tokens.issue({.subject = user.id, .session = session.id, .scope = session.scope, .roles = roles}),
      .expires_in = tokens.lifetime().count(),
      .refresh_token = std::move(refresh_token),
      .scope = session.scope};
}

Task<Accepted<RegistrationStatus>> register_user(Body<Registration> body, Registrar asking,
                                                 State<PasswordHasher> hasher, State<Database> db,
                                                 State<SecurityEvents> events, Request& request,
                                                 HashingTurn& /*turn*/) {
  std::vector<std::string> about_user{body->email.value};
  if (body->full_name) about_user.push_back(body->full_name->value);
  co_await refuse_weak(*hasher, body->password, "password", std::move(about_user));
  // Hashing comes first and always: a known address takes the same time and gets the same answer.
  UserRow user{.id = Uuid::time_ordered().to_string(),
               .email = body->email.value,
               .full_name = std::nullopt,
               .password_hash = co_await hasher->hash(body->password.reveal().value),
               .is_active = true,
               .roles = "user",
               .created_at = Timestamp::now().micros()};
  if (body->full_name) user.full_name = body->full_name->value;
  const bool created = co_await users::insert(*db, user);
  const AuditActor who = asking.current ? AuditActor::user(asking.current->user.id) : AuditActor();
  events->record(request, AuditEvent::user_created, who, created ? AuditOutcome::success : AuditOutcome::failure,
                 {{"user", created ? std::string_view(user.id) : std::string_view("known already")}});
  co_return Accepted<RegistrationStatus>{};
}

Task<Tokens> sign_in(Form<SignIn> form, State<PasswordHasher> hasher, State<Database> db, State<TokenService> tokens,
                     State<RateStore> limits, State<Settings> settings, State<SecurityEvents> events, Request& request,
                     HashingTurn& /*turn*/) {
  const SignIn& given = *form;
  const Rate rate = settings->rate_limit_login;
  if (!rate.is_off()) {
    const std::string account = subject_key("login", users::email_key(*given.username));
    const auto decision = co_await limits->take(account, rate.times(account_limit_factor), Clock::now());
    if (!decision.allowed) {
      events->record(request, AuditEvent::authn_login_lock, AuditActor::unknown_account(*given.username),
                     AuditOutcome::failure);
      throw too_many_requests(decision);
    }
  }
  auto user = co_await users::find_by_email(*db, *given.username);
  std::optional<std::string> hash;
  if (user) hash = user->password_hash;
  const bool right = co_await hasher->verify(given.password.reveal().value, std::move(hash));
  const auto refuse = [&] {
    events->failed_login(request, user ? AuditActor::user(user->id) : AuditActor::unknown_account(*given.username));
    throw wrong_credentials();
  };
  if (!right || !user->is_active) refuse();
  const auto scope = grant_scope(given.scope ? std::string_view(given.scope->value) : "", *user);
  if (!scope) {
    // Somebody knows the password: that is worth a line, whatever came of it.
    events->record(request, AuditEvent::authz_fail, AuditActor::user(user->id), AuditOutcome::failure,
                   {{"route", login_route}, {"reason", "scope"}});
    throw HttpError(400, "invalid_scope: the account cannot be granted a scope that was asked for");
  }
  std::string current_hash = user->password_hash;
  if (hasher->needs_rehash(current_hash)) current_hash = co_await hasher->hash(given.password.reveal().value);
  auto started = co_await db->transaction([&](Transaction& tx) -> Task<std::optional<sessions::Started>> {
    // While the password was checked it may have been changed, and every session ended.
    if (!co_await users::confirm(tx, *user, current_hash)) co_return std::nullopt;
    co_return co_await sessions::start(tx, user->id, *scope, settings->refresh_token_lifetime);
  });
  if (!started) refuse();
  events->record(request, AuditEvent::authn_login_success, AuditActor::user(user->id), AuditOutcome::success,
                 {{"session", std::string_view(started->session.id)}});
  co_return make_tokens(*tokens, *user, started->session, std::move(started->refresh_token));
}

Task<Tokens> refresh(Body<Refresh> body, State<Database> db, State<TokenService> tokens, State<SecurityEvents> events,
                     Request& request) {
  using Outcome = sessions::Renewed::Outcome;
  auto renewed = co_await sessions::renew(*db, body->refresh_token.reveal().value);
  if (renewed.outcome == Outcome::reused)
    events->record(request, AuditEvent::authn_token_reuse, AuditActor::user(renewed.session.user_id),
                   AuditOutcome::failure, {{"session", std::string_view(renewed.session.id)}});
  std::optional<UserRow> user;
  if (renewed.outcome == Outcome::renewed) user = co_await sessions::user_of(*db, renewed.session.id);
  if (!user)
    throw HttpError(401, "The refresh token is not valid").with("WWW-Authenticate", R"(Bearer error="invalid_token")");
  events->record(request, AuditEvent::session_renewed, AuditActor::user(user->id), AuditOutcome::success,
                 {{"session", std::string_view(renewed.session.id)}});
  co_return make_tokens(*tokens, *user, renewed.session, std::move(renewed.refresh_token));
}

Task<NoContent> sign_out(CurrentUser current, Query<"all", Default<bool, false>> all, State<Database> db,
                         State<SecurityEvents> events, Request& request) {
  if (all.value.value) {
    co_await sessions::revoke_all(*db, current.user.id);
  } else {
    co_await sessions::revoke(*db, current.session_id);
  }
  events->record(request, AuditEvent::session_revoked, AuditActor::user(current.user.id), AuditOutcome::success,
                 {{"all", all.value.value}});
  co_return NoContent{};
}

}  // namespace

void add_auth_routes(Application& app, const Settings& settings) {
  auto auth = app.group("/auth").tag("auth");

  auth.post("/register", register_user)
      .limit(
          RouteLimit{settings.rate_limit_login.times(registration_limit_factor), LimitBy::client, LimitScope::shared})
      .body_limit(credentials_limit)
      .summary("Register")
      .description(
          "Answers alike whether or not the address has an account. In production only administrators may, "
          "unless registration is open.");

  auth.post("/login", sign_in)
      .limit(RouteLimit{settings.rate_limit_login, LimitBy::client, LimitScope::shared})
      .body_limit(credentials_limit)
      .answers({401, 503})
      .summary("Sign in")
      .description("The OAuth 2 password form. An unknown user and a wrong password are alike in answer and in time.");

  auth.post("/refresh", refresh)
      .body_limit(credentials_limit)
      .answers({401, 503})
      .summary("Refresh")
      .description(
          "Exchanges a refresh token for new tokens. Each is used once; one that comes back ends its session.");

  auth.post("/logout", sign_out)
      .summary("Sign out")
      .description("Ends this session; with all=true, every session of the account.");
}

}  // namespace redoubt::api
