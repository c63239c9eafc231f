#include <cstdlib>

#include <redoubt/application.hpp>
#include <redoubt/serve.hpp>

using namespace redoubt;

enum class Language { en, de };
BOOST_DESCRIBE_ENUM(Language, en, de)

struct Greeting {
  Text<1, 50> name;
  Default<Integer<1, 10>, 1> times;
};
BOOST_DESCRIBE_STRUCT(Greeting, (), (name, times))

struct Greeted {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Greeted, (), (text))

int main() {
  Application app({.title = "Hello"});
  app.post("/greetings/{language}", [](Path<"language", Language> language, Body<Greeting> greeting) {
    Greeted greeted;
    for (int i = 0; i < *greeting->times; ++i)
      greeted.text += (*language == Language::de ? "Hallo " : "Hello ") + *greeting->name + "! ";
    return greeted;
  });
  const char* port = std::getenv("PORT");
  return serve(app, {.server = {.port = static_cast<std::uint16_t>(port != nullptr ? std::atoi(port) : 8000)}});
}
