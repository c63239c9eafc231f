// Items: each belongs to the user who created it, and another's is not found; administrators see all.
#include "current_user.hpp"
#include "items.hpp"
#include "routes.hpp"

namespace redoubt::api {

namespace {

using Reader = Scoped<"items:read">;
using Writer = Scoped<"items:write">;

// Whose items a statement is about; "" for everybody's.
std::string owner_of(const CurrentUser& current) {
  return current.is_administrator() ? "" : current.user.id;
}

ItemOut found(const std::optional<ItemRow>& item) {
  if (!item) throw HttpError(404, "There is no such item");
  return item->out();
}

std::optional<std::string> plain(const std::optional<Description>& description) {
  if (!description) return std::nullopt;
  return description->value;
}

}  // namespace

void add_item_routes(Application& app) {
  auto group = app.group("/items").tag("items");

  group
      .post("/",
            [](Writer current, Body<ItemIn> body, State<Database> db) -> Task<Created<ItemOut>> {
              const std::int64_t now = Timestamp::now().micros();
              const ItemRow item{.id = Uuid::time_ordered().to_string(),
                                 .owner_id = current.user.id,
                                 .title = body->title.value,
                                 .description = plain(body->description),
                                 .created_at = now,
                                 .updated_at = now};
              if (!co_await items::insert(*db, item)) throw invalid_access_token();  // deleted since it was checked
              co_return Created<ItemOut>{item.out(), "/items/" + item.id};
            })
      .summary("Create an item");

  group
      .get("/",
           [](Reader current, Query<"cursor", Cursor> cursor, Query<"limit", PageLimit> limit,
              Query<"q", std::optional<Text<0, 255>>> search, State<Database> db) -> Task<ItemPage> {
             const std::int64_t wanted = limit.value.value;
             auto rows = co_await items::page(*db, owner_of(current), *search ? std::string_view((*search)->value) : "",
                                              *cursor ? (*cursor)->to_string() : "", wanted + 1);
             ItemPage page;
             if (std::ssize(rows) > wanted) {
               rows.pop_back();
               page.next_cursor = rows.back().id;
             }
             for (const ItemRow& row : rows) page.items.push_back(row.out());
             co_return page;
           })
      .summary("List items, newest first")
      .description("q: only those whose title or description holds this text.");

  group
      .get("/{id}",
           [](Reader current, Path<"id", Uuid> id, State<Database> db) -> Task<ItemOut> {
             co_return found(co_await items::find(*db, id->to_string(), owner_of(current)));
           })
      .answers(404)
      .summary("One item");

  group
      .put("/{id}",
           [](Writer current, Path<"id", Uuid> id, Body<ItemIn> body, State<Database> db) -> Task<ItemOut> {
             co_return found(co_await items::update(*db, id->to_string(), owner_of(current), body->title.value, true,
                                                    plain(body->description)));
           })
      .answers(404)
      .summary("Replace an item");

  group
      .patch("/{id}",
             [](Writer current, Path<"id", Uuid> id, Body<ItemChange> body, State<Database> db) -> Task<ItemOut> {
               std::optional<std::string> title;
               if (body->title) title = body->title->value;
               std::optional<std::string> description;
               if (body->description) description = plain(*body->description);
               co_return found(co_await items::update(*db, id->to_string(), owner_of(current), std::move(title),
                                                      body->description.has_value(), std::move(description)));
             })
      .answers(404)
      .summary("Change parts of an item");

  group
      .del("/{id}",
           [](Writer current, Path<"id", Uuid> id, State<Database> db) -> Task<NoContent> {
             if (!co_await items::remove(*db, id->to_string(), owner_of(current)))
               throw HttpError(404, "There is no such item");
             co_return NoContent{};
           })
      .answers(404)
      .summary("Delete an item");
}

}  // namespace redoubt::api
