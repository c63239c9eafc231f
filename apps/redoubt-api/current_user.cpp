#include "current_user.hpp"

#include <fmt/format.h>

#include "sessions.hpp"

namespace redoubt::api {

bool CurrentUser::has_scope(std::string_view name) const {
  std::string_view rest = scope;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, end) == name) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

Task<CurrentUser> CurrentUser::from(BearerToken token, State<TokenService> tokens, State<Database> db) {
  const auto verified = tokens->verify(token.token);
  std::optional<UserRow> user;
  if (verified) user = co_await sessions::user_of(*db, verified->claims.session);
  if (!user || user->id != verified->claims.subject) throw invalid_access_token();
  co_return CurrentUser{std::move(*user), verified->claims.session, verified->claims.scope};
}

Task<MaybeUser> MaybeUser::from(OptionalBearerToken token, State<TokenService> tokens, State<Database> db) {
  if (token.token.empty()) co_return MaybeUser{};
  co_return MaybeUser{co_await CurrentUser::from(BearerToken{token.token}, tokens, db)};
}

Registrar Registrar::from(MaybeUser asking, State<Settings> settings) {
  const bool administrator = asking.current && asking.current->is_administrator() && asking.current->has_scope("users");
  if (!settings->open_registration && !administrator)
    throw HttpError(403, "Registration is closed: an administrator registers new users");
  return Registrar{std::move(asking)};
}

HttpError invalid_access_token() {
  return HttpError(401, "The access token is not valid").with("WWW-Authenticate", R"(Bearer error="invalid_token")");
}

void refuse_scope(std::string_view scope) {
  throw HttpError(403, fmt::format("The access token does not carry the scope {}", scope))
      .with("WWW-Authenticate", fmt::format(R"(Bearer error="insufficient_scope", scope="{}")", scope));
}

Administrator Administrator::from(CurrentUser current) {
  if (!current.is_administrator()) throw HttpError(403, "Administrators only");
  if (!current.has_scope("users")) refuse_scope("users");
  return Administrator{std::move(current)};
}

}  // namespace redoubt::api
