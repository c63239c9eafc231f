// One's own account.
#include "current_user.hpp"
#include "hashing_turn.hpp"
#include "items.hpp"
#include "new_password.hpp"
#include "routes.hpp"
#include "sessions.hpp"

namespace redoubt::api {

namespace {

using Owner = Scoped<"account">;

UserOut read_account(Owner current) {
  return current.user.out();
}

Task<UserOut> change_account(Owner current, Body<AccountChange> body, State<Database> db) {
  if (body->full_name) {
    std::optional<std::string> name;
    if (*body->full_name) name = (*body->full_name)->value;
    current.user.full_name = name;
    co_await users::set_full_name(*db, current.user.id, std::move(name));
  }
  co_return current.user.out();
}

Task<NoContent> delete_account(Owner current, State<Database> db, State<SecurityEvents> events, Request& request) {
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
}

Task<NoContent> change_password(Owner current, Body<PasswordChange> body, State<PasswordHasher> hasher,
                                State<Database> db, State<SecurityEvents> events, Request& request,
                                HashingTurn& /*turn*/) {
  const AuditActor who = AuditActor::user(current.user.id);
  const auto refuse = [&] {
    events->record(request, AuditEvent::authn_password_change_fail, who, AuditOutcome::failure);
    throw HttpError(403, "The current password is not right");
  };
  if (!co_await hasher->verify(body->current_password.reveal().value, current.user.password_hash)) refuse();
  if (body->new_password.reveal().value == body->current_password.reveal().value)
    throw ValidationFailed({"body", "new_password"}, "Choose another password than the present one.",
                           "password_unsuitable");
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
}

template <class T>
std::string json_of(const T& value) {
  std::string out;
  json::Writer writer(out);
  Codec<T>::encode(writer, value);
  return out;
}

// A page of items at a time: an account may own more than a task's memory holds.
Task<void> write_export(BodyWriter& out, UserRow user, const Database& db) {
  constexpr std::int64_t page_size = 100;
  co_await out.write(fmt::format(R"({{"user":{},"items":[)", json_of(user.out())));
  std::string cursor;
  for (bool more = true; more;) {
    const auto rows = co_await items::page(db, user.id, "", cursor, page_size);
    std::string piece;
    for (const ItemRow& item : rows) piece += (cursor.empty() && piece.empty() ? "" : ",") + json_of(item.out());
    if (!piece.empty()) co_await out.write(piece);
    more = std::ssize(rows) == page_size;
    if (more) cursor = rows.back().id;
  }
  std::vector<SessionOut> sessions;
  for (const SessionRow& session : co_await sessions::of_user(db, user.id)) sessions.push_back(session.out());
  co_await out.write(fmt::format(R"(],"sessions":{}}})", json_of(sessions)));
}

StreamedAs<Export> export_account(Owner current, State<Database> db) {
  return {[user = current.user, &database = *db](BodyWriter& out) { return write_export(out, user, database); }};
}

}  // namespace

void add_account_routes(Application& app, const Settings& settings) {
  auto account = app.group("/auth/me").tag("account");

  account.get("/", read_account).summary("Your account");
  account.patch("/", change_account).summary("Change your account");
  account.del("/", delete_account)
      .answers(409)
      .summary("Delete your account")
      .description("With everything that is held about you.");
  account.post("/password", change_password)
      .limit(RouteLimit{settings.rate_limit_login, LimitBy::account, LimitScope::shared})
      .summary("Change your password")
      .description("Ends every other session of the account.");
  account.get("/export", export_account)
      .limit(RouteLimit{settings.rate_limit_login, LimitBy::account, LimitScope::shared})
      .summary("Export everything held about you");
}

}  // namespace redoubt::api
