// Users, for administrators.
#include "current_user.hpp"
#include "routes.hpp"
#include "sessions.hpp"

namespace redoubt::api {

namespace {

bool administers(const UserRow& user) {
  return user.is_active && user.has_role(Role::admin);
}

HttpError no_such_user() {
  return HttpError(404, "There is no such user");
}

}  // namespace

void add_user_routes(Application& app) {
  auto group = app.group("/users").tag("users");

  group
      .get("/",
           [](Administrator, Query<"cursor", Cursor> cursor, Query<"limit", PageLimit> limit,
              State<Database> db) -> Task<UserPage> {
             const std::int64_t wanted = limit.value.value;
             auto rows = co_await users::page(*db, *cursor ? (*cursor)->to_string() : "", wanted + 1);
             UserPage page;
             if (std::ssize(rows) > wanted) {
               rows.pop_back();
               page.next_cursor = rows.back().id;
             }
             for (const UserRow& row : rows) page.items.push_back(row.out());
             co_return page;
           })
      .summary("List users");

  group
      .get("/{id}",
           [](Administrator, Path<"id", Uuid> id, State<Database> db) -> Task<UserOut> {
             const auto user = co_await users::find(*db, id->to_string());
             if (!user) throw no_such_user();
             co_return user->out();
           })
      .answers(404)
      .summary("One user");

  group
      .patch("/{id}",
             [](Administrator admin, Path<"id", Uuid> id, Body<UserChange> body, State<Database> db,
                State<SecurityEvents> events, Request& request) -> Task<UserOut> {
               bool is_changed = false;
               const auto changed = co_await db->transaction(
                   [&](Transaction& tx) -> Task<std::optional<UserRow>> {
                     auto user = co_await users::find(tx, id->to_string());
                     if (!user) co_return std::nullopt;
                     const UserRow before = *user;
                     if (body->is_active) user->is_active = *body->is_active;
                     if (body->roles) user->roles = join_roles(body->roles->value);
                     if (user->is_active == before.is_active && user->roles == before.roles) co_return user;
                     if (administers(before) && !administers(*user) &&
                         co_await users::other_administrators(tx, user->id) == 0)
                       throw HttpError(409, "The last administrator cannot be taken away: make another first");
                     is_changed = true;
                     co_await users::set_rights(tx, user->id, user->is_active, user->roles);
                     // What a session may do was decided when it began.
                     co_await sessions::revoke_all(tx, user->id, user->id == admin.user.id ? admin.session_id : "");
                     co_return user;
                   },
                   {.serializable = true, .attempts = transaction_attempts});
               if (!changed) throw no_such_user();
               if (!is_changed) co_return changed->out();
               events->record(request, AuditEvent::authz_change, AuditActor::user(admin.user.id), AuditOutcome::success,
                              {{"user", std::string_view(changed->id)},
                               {"is_active", changed->is_active},
                               {"roles", std::string_view(changed->roles)}});
               co_return changed->out();
             })
      .answers({404, 409})
      .summary("Activate, deactivate, give roles")
      .description("Ends the user's sessions.");
}

}  // namespace redoubt::api
