// Registration, sign-in, refresh and sign-out.
#include <fmt/format.h>

#include <algorithm>

#include "current_user.hpp"
#include "items.hpp"
#include "redoubt/rate_limit.hpp"
#include "routes.hpp"
#include "sessions.hpp"

namespace redoubt::api {

namespace {

// How many times the limit of one client all clients together may try one account: guesses from many addresses are
// slowed down without a single address being able to lock the account's owner out.
constexpr std::uint32_t account_limit_factor = 10;

HttpError wrong_credentials() {
  return HttpError(401, "Incorrect username or password").with("WWW-Authenticate", "Bearer");
}

bool may_have(const Scope& scope, const UserRow& user) {
  return !scope.administrators_only || user.has_role(Role::admin);
}

// The scope that a sign-in gets: what it asked for, or all that the roles allow (RFC 6749 section 3.3).
std::string grant_scope(std::string_view asked, const UserRow& user) {
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
    if (known == std::end(all_scopes) || !may_have(*known, user))
      throw HttpError(400, "invalid_scope: the account cannot be granted a scope that was asked for");
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

Task<void> refuse_weak(const PasswordHasher& hasher, const Password& password, std::string_view member,
                       std::vector<std::string> about_user) {
  const auto problems = co_await hasher.problems(password.reveal().value, std::move(about_user));
  if (problems.empty()) co_return;
  throw ValidationFailed({"body", member}, fmt::format("{}", fmt::join(problems, " ")), "password_unsuitable");
}

}  // namespace

void add_auth_routes(Application& app, const Settings& settings) {
  auto auth = app.group("/auth").tag("auth");

  auth.post("/register",
            [](Body<Registration> body, Registrar asking, State<PasswordHasher> hasher, State<Database> db,
               State<SecurityEvents> events, Request& request) -> Task<Accepted<RegistrationStatus>> {
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
              events->record(request, AuditEvent::user_created, who,
                             created ? AuditOutcome::success : AuditOutcome::failure,
                             {{"user", created ? std::string_view(user.id) : std::string_view("known already")}});
              co_return Accepted<RegistrationStatus>{};
            })
      .summary("Register")
      .description(
          "Answers alike whether or not the address has an account. In production only administrators may, "
          "unless registration is open.");

  auth.post("/login",
            [rate = settings.rate_limit_login, lifetime = settings.refresh_token_lifetime](
                Form<SignIn> form, State<PasswordHasher> hasher, State<Database> db, State<TokenService> tokens,
                State<RateStore> limits, State<SecurityEvents> events, Request& request) -> Task<Tokens> {
              const SignIn& sign_in = *form;
              if (!rate.is_off()) {
                const std::string account = subject_key("login", users::email_key(*sign_in.username));
                const auto decision = co_await limits->take(account, rate.times(account_limit_factor), Clock::now());
                if (!decision.allowed) {
                  events->record(request, AuditEvent::authn_login_lock, AuditActor::unknown_account(*sign_in.username),
                                 AuditOutcome::failure);
                  throw HttpError(429, "Too many requests: try again later")
                      .with("Retry-After", std::to_string(decision.retry_after.count()));
                }
              }
              auto user = co_await users::find_by_email(*db, *sign_in.username);
              std::optional<std::string> hash;
              if (user) hash = user->password_hash;
              const bool right = co_await hasher->verify(sign_in.password.reveal().value, std::move(hash));
              const auto refuse = [&] {
                events->failed_login(
                    request, user ? AuditActor::user(user->id) : AuditActor::unknown_account(*sign_in.username));
                throw wrong_credentials();
              };
              if (!right || !user->is_active) refuse();
              const std::string scope = grant_scope(sign_in.scope ? std::string_view(sign_in.scope->value) : "", *user);
              std::string current_hash = user->password_hash;
              if (hasher->needs_rehash(current_hash))
                current_hash = co_await hasher->hash(sign_in.password.reveal().value);
              auto started = co_await db->transaction([&](Transaction& tx) -> Task<std::optional<sessions::Started>> {
                // While the password was checked it may have been changed, and every session ended.
                if (!co_await users::confirm(tx, *user, current_hash)) co_return std::nullopt;
                co_return co_await sessions::start(tx, user->id, scope, lifetime);
              });
              if (!started) refuse();
              events->record(request, AuditEvent::authn_login_success, AuditActor::user(user->id),
                             AuditOutcome::success, {{"session", std::string_view(started->session.id)}});
              co_return make_tokens(*tokens, *user, started->session, std::move(started->refresh_token));
            })
      .limit(RouteLimit{settings.rate_limit_login, LimitBy::client, LimitScope::shared})
      .answers({401, 503})
      .summary("Sign in")
      .description("The OAuth 2 password form. An unknown user and a wrong password are alike in answer and in time.");

  auth.post("/refresh",
            [](Body<Refresh> body, State<Database> db, State<TokenService> tokens, State<SecurityEvents> events,
               Request& request) -> Task<Tokens> {
              using Outcome = sessions::Renewed::Outcome;
              auto renewed = co_await sessions::renew(*db, body->refresh_token.reveal().value);
              if (renewed.outcome == Outcome::reused)
                events->record(request, AuditEvent::authn_token_reuse, AuditActor::user(renewed.session.user_id),
                               AuditOutcome::failure, {{"session", std::string_view(renewed.session.id)}});
              std::optional<UserRow> user;
              if (renewed.outcome == Outcome::renewed) user = co_await sessions::user_of(*db, renewed.session.id);
              if (!user)
                throw HttpError(401, "The refresh token is not valid")
                    .with("WWW-Authenticate", R"(Bearer error="invalid_token")");
              events->record(request, AuditEvent::session_renewed, AuditActor::user(user->id), AuditOutcome::success,
                             {{"session", std::string_view(renewed.session.id)}});
              co_return make_tokens(*tokens, *user, renewed.session, std::move(renewed.refresh_token));
            })
      .answers({401, 503})
      .summary("Refresh")
      .description(
          "Exchanges a refresh token for new tokens. Each is used once; one that comes back ends its session.");

  auth.post("/logout",
            [](CurrentUser current, Query<"all", Default<bool, false>> all, State<Database> db,
               State<SecurityEvents> events, Request& request) -> Task<NoContent> {
              if (all.value.value) {
                co_await sessions::revoke_all(*db, current.user.id);
              } else {
                co_await sessions::revoke(*db, current.session_id);
              }
              events->record(request, AuditEvent::session_revoked, AuditActor::user(current.user.id),
                             AuditOutcome::success, {{"all", all.value.value}});
              co_return NoContent{};
            })
      .summary("Sign out")
      .description("Ends this session; with all=true, every session of the account.");
}

void add_account_routes(Application& app, const Settings& settings) {
  auto account = app.group("/auth/me").tag("account");

  account.get("/", [](Scoped<"account"> current) { return current.user.out(); }).summary("Your account");

  account
      .patch("/",
             [](Scoped<"account"> current, Body<AccountChange> body, State<Database> db) -> Task<UserOut> {
               if (body->full_name) {
                 std::optional<std::string> name;
                 if (*body->full_name) name = (*body->full_name)->value;
                 current.user.full_name = name;
                 co_await users::set_full_name(*db, current.user.id, std::move(name));
               }
               co_return current.user.out();
             })
      .summary("Change your account");

  account
      .del("/",
           [](Scoped<"account"> current, State<Database> db, State<SecurityEvents> events,
              Request& request) -> Task<NoContent> {
             co_await db->transaction(
                 [&](Transaction& tx) -> Task<void> {
                   const auto user = co_await users::find(tx, current.user.id);
                   if (user && user->has_role(Role::admin) && co_await users::other_administrators(tx, user->id) == 0)
                     throw HttpError(409, "The last administrator cannot leave: make another first");
                   co_await users::remove(tx, current.user.id);
                 },
                 {.serializable = true, .attempts = transaction_attempts});
             events->record(request, AuditEvent::user_deleted, AuditActor::user(current.user.id));
             co_return NoContent{};
           })
      .answers(409)
      .summary("Delete your account")
      .description("With everything that is held about you.");

  account
      .post("/password",
            [](Scoped<"account"> current, Body<PasswordChange> body, State<PasswordHasher> hasher, State<Database> db,
               State<SecurityEvents> events, Request& request) -> Task<NoContent> {
              const AuditActor who = AuditActor::user(current.user.id);
              const auto refuse = [&] {
                events->record(request, AuditEvent::authn_password_change_fail, who, AuditOutcome::failure);
                throw HttpError(403, "The current password is not right");
              };
              if (!co_await hasher->verify(body->current_password.reveal().value, current.user.password_hash)) refuse();
              std::vector<std::string> about_user{current.user.email};
              if (current.user.full_name) about_user.push_back(*current.user.full_name);
              co_await refuse_weak(*hasher, body->new_password, "new_password", std::move(about_user));
              const std::string hash = co_await hasher->hash(body->new_password.reveal().value);
              const bool changed = co_await db->transaction([&](Transaction& tx) -> Task<bool> {
                if (!co_await users::replace_password_hash(tx, current.user, hash)) co_return false;
                co_await sessions::revoke_all(tx, current.user.id, current.session_id);
                co_return true;
              });
              if (!changed) refuse();
              events->record(request, AuditEvent::authn_password_change, who);
              co_return NoContent{};
            })
      .limit(RouteLimit{settings.rate_limit_login, LimitBy::account, LimitScope::shared})
      .summary("Change your password")
      .description("Ends every other session of the account.");

  account
      .get("/export",
           [](Scoped<"account"> current, State<Database> db) -> Task<Export> {
             Export everything{.user = current.user.out(), .items = {}, .sessions = {}};
             for (const ItemRow& item : co_await items::owned_by(*db, current.user.id))
               everything.items.push_back(item.out());
             for (const SessionRow& session : co_await sessions::of_user(*db, current.user.id))
               everything.sessions.push_back(session.out());
             co_return everything;
           })
      .summary("Export everything held about you");
}

}  // namespace redoubt::api
