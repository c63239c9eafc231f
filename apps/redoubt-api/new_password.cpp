#include "new_password.hpp"

#include <fmt/format.h>

namespace redoubt::api {

Task<void> refuse_weak(const PasswordHasher& hasher, const NewPassword& password, std::string_view member,
                       std::vector<std::string> about_user) {
  const auto problems = co_await hasher.problems(password.reveal().value, std::move(about_user));
  if (problems.empty()) co_return;
  throw ValidationFailed({"body", member}, fmt::format("{}", fmt::join(problems, " ")), "password_unsuitable");
}

}  // namespace redoubt::api

namespace redoubt {

bool Codec<api::NewPasswordText>::decode_text(std::string_view text, api::NewPasswordText& out, const Location& at,
                                              ValidationErrors& errors) {
  const auto bound = [&](std::string_view kind, std::string_view which, std::string_view name, std::size_t bytes) {
    std::string context;
    json::Writer writer(context);
    writer.begin_object().member(name, static_cast<std::uint64_t>(bytes)).end_object();
    errors.add(at, kind, fmt::format("Password should have at {} {} bytes", which, bytes), context);
    return false;
  };
  if (text.size() < min_password_size) return bound("bytes_too_short", "least", "min_length", min_password_size);
  if (text.size() > max_password_size) return bound("bytes_too_long", "most", "max_length", max_password_size);
  return Codec<std::string>::decode_text(text, out.value, at, errors);
}

// JSON Schema counts code points, of one to four bytes each.
std::string Codec<api::NewPasswordText>::schema(Schemas&) {
  return fmt::format(R"({{"type":"string","minLength":{},"maxLength":{},"description":"{} to {} bytes of UTF-8."}})",
                     (min_password_size + 3) / 4, max_password_size, min_password_size, max_password_size);
}

}  // namespace redoubt
