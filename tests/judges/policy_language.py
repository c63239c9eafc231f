"""What a policy of an identity means, said once more and in another way than the product does: as a question to an SMT
solver, and as a judgement of one request. It reads the subset that policy_pairs.py writes.

Sources: the IAM User Guide's pages on the elements Action, Resource and Condition (operators, and "Single-valued vs.
multivalued context keys"), and on variables."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

MULTIVALUED = {"aws:tagkeys"}
# "Always included in the request context", by the page of global condition keys.
IN_EVERY_REQUEST = {"aws:currenttime", "aws:epochtime", "aws:requestedregion", "aws:securetransport", "aws:viaawsservice"}
LAST_FIELD = 5


# ---- patterns

@dataclass(frozen=True)
class Any:
    """A wildcard: one character or any number of them; within a field, no colons."""
    many: bool
    in_field: bool


@dataclass(frozen=True)
class Variable:
    key: str


Piece = str | Any | Variable


def pieces(pattern: str, arn: str = "") -> list[Piece]:
    """The pattern's parts. `arn` is "" for a text, "resource" where a * that ends a field crosses colons, "fields" where
    it does not."""
    out: list[Piece] = []
    field = 0
    for match in re.finditer(r"\$\{([^}]*)\}|.", pattern, re.DOTALL):
        word = match[0]
        if match[1] is not None:
            out.append(Variable(match[1].lower()))
        elif word in "*?":
            ends_field = pattern[match.end():match.end() + 1] in ("", ":")
            crosses = not arn or field >= LAST_FIELD or pattern == "*" or (arn == "resource" and word == "*" and ends_field)
            out.append(Any(word == "*", not crosses))
        else:
            field += word == ":"
            out.append(word)
    return out


def fits_arn(pattern: str) -> bool:
    return pattern == "*" or pattern.count(":") >= LAST_FIELD


# ---- one request

def as_expression(parts: list[Piece], context: dict[str, list[str]]) -> str | None:
    out = ""
    for part in parts:
        if isinstance(part, Variable):
            values = context.get(part.key, [])
            if len(values) != 1:
                return None
            out += re.escape(values[0])
        elif isinstance(part, Any):
            out += ("[^:]" if part.in_field else ".") + ("*" if part.many else "")
        else:
            out += re.escape(part)
    return out


def text_matches(pattern: str, text: str, context: dict, arn: str = "", ignore_case: bool = False) -> bool:
    expression = as_expression(pieces(pattern, arn), context)
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return expression is not None and re.fullmatch(expression, text, flags) is not None


def seconds(text: str) -> int:
    if re.fullmatch(r"-?\d+", text) and len(text) != len("2024"):
        return int(text)
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


ORDERS: dict[str, Callable] = {
    "Equals": lambda a, b: a == b, "LessThan": lambda a, b: a < b, "LessThanEquals": lambda a, b: a <= b,
    "GreaterThan": lambda a, b: a > b, "GreaterThanEquals": lambda a, b: a >= b}


@dataclass(frozen=True)
class Operator:
    name: str  # without prefix, suffix and Not
    negated: bool
    if_exists: bool
    of_all: bool
    of_any: bool

    @staticmethod
    def read(text: str) -> "Operator":
        of_all, of_any = text.startswith("ForAllValues:"), text.startswith("ForAnyValue:")
        name = text.split(":")[-1]
        if_exists = name.endswith("IfExists")
        name = name.removesuffix("IfExists")
        return Operator(name.replace("Not", ""), "Not" in name, if_exists, of_all, of_any)


def value_matches(operator: Operator, wanted: str, value: str, context: dict) -> bool:
    name = operator.name
    if name == "Bool":
        return wanted.lower() == value.lower()
    if name.startswith("Arn"):
        return fits_arn(wanted) and text_matches(wanted, value, context, "fields")
    if name.startswith("Date"):
        return ORDERS[name.removeprefix("Date")](seconds(value), seconds(wanted))
    if name.startswith("Numeric"):
        return ORDERS[name.removeprefix("Numeric")](Fraction(value), Fraction(wanted))
    if name == "IpAddress":
        address, network = ipaddress.ip_address(value), ipaddress.ip_network(wanted, strict=False)
        return address.version == network.version and address in network
    if name == "StringLike":
        return text_matches(wanted, value, context)
    return wanted.lower() == value.lower() if name == "StringEqualsIgnoreCase" else wanted == value


def condition_holds(written: str, wanted: list[str], values: list[str], context: dict) -> bool:
    if written == "Null":
        return any((word == "true") == (not values) for word in wanted)
    operator = Operator.read(written)
    if not values:
        return operator.if_exists or operator.of_all or (operator.negated and not operator.of_any)
    matches = [any(value_matches(operator, word, value, context) for word in wanted) for value in values]
    if operator.of_all:
        return all(match != operator.negated for match in matches)
    if operator.of_any:
        return any(match != operator.negated for match in matches)
    return any(matches) != operator.negated


def as_list(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def conditions_of(statement: dict) -> list[tuple[str, str, list[str]]]:
    return [(operator, key.lower(), as_list(values)) for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()]


def applies(statement: dict, request: dict) -> bool:
    context = {key.lower(): values for key, values in request["context"].items()}

    def element(name: str, text: str, arn: str, ignore_case: bool) -> bool:
        negated = f"Not{name}" in statement
        patterns = as_list(statement[f"Not{name}" if negated else name])
        return any(text_matches(one, text, context, arn, ignore_case) for one in patterns) != negated

    return (element("Action", request["action"], "", True) and element("Resource", request["resource"], "resource", False)
            and all(condition_holds(operator, wanted, context.get(key, []), context)
                    for operator, key, wanted in conditions_of(statement)))


def allows(policy: dict, request: dict) -> bool:
    effects = {statement["Effect"] for statement in policy["Statement"] if applies(statement, request)}
    return effects == {"Allow"}


# ---- all requests: SMT-LIB

def literal(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def regular(parts: list[Piece], ignore_case: bool = False) -> str:
    """A pattern without variables as a regular expression."""
    not_colon = '(re.diff re.allchar (str.to_re ":"))'
    out: list[str] = []
    run = ""

    def end_run() -> None:
        nonlocal run
        if run:
            out.append(f"(str.to_re {literal(run)})")
            run = ""

    for part in parts:
        if isinstance(part, Any):
            end_run()
            one = not_colon if part.in_field else "re.allchar"
            out.append(f"(re.* {one})" if part.many else one)
        elif ignore_case and part.lower() != part.upper():
            end_run()
            out.append(f"(re.union (str.to_re {literal(part.lower())}) (str.to_re {literal(part.upper())}))")
        else:
            run += part
    end_run()
    if not out:
        return '(str.to_re "")'
    return out[0] if len(out) == 1 else f"(re.++ {' '.join(out)})"


def conjunction(terms: list[str]) -> str:
    return "true" if not terms else terms[0] if len(terms) == 1 else f"(and {' '.join(terms)})"


def disjunction(terms: list[str]) -> str:
    return "false" if not terms else terms[0] if len(terms) == 1 else f"(or {' '.join(terms)})"


class Question:
    """Is there a request that the first policy allows and the second does not?

    A key with one value is a Boolean that says whether it is there, and a value. One with several is a few places for
    values, each used or not: as many as conditions speak of the key, and one more. That suffices, since a condition asks
    for one value that does something or for none, so that of any list that answers the question one value for each
    condition, and one at all, answer it too."""

    def __init__(self, left: dict, right: dict) -> None:
        self.declarations = ["(declare-const action String)", "(declare-const resource String)"]
        not_colon = '(re.diff re.allchar (str.to_re ":"))'
        field = f"(re.+ {not_colon})"
        self.assertions = [
            f'(str.in_re action (re.++ {field} (str.to_re ":") {field}))',
            f'(or (= resource "*") (str.in_re resource {self.arns()}))',
        ]
        self.sorts: dict[str, str] = {}
        self.places: dict[str, int] = {}
        for policy in (left, right):
            for statement in policy["Statement"]:
                for operator, key, _ in conditions_of(statement):
                    self.sorts.setdefault(key, self.sort_of(operator))
                    if operator != "Null":
                        self.sorts[key] = self.sort_of(operator)
                    self.places[key] = self.places.get(key, 1) + (key in MULTIVALUED)
                for name in ("Resource", "NotResource"):
                    for pattern in as_list(statement.get(name, [])):
                        for part in pieces(pattern):
                            if isinstance(part, Variable):
                                self.sorts.setdefault(part.key, "String")
                                self.places.setdefault(part.key, 1)
        for key in self.sorts:
            self.declare(key)
        self.assertions.append(self.allowed(left))
        self.assertions.append(f"(not {self.allowed(right)})")

    def text(self) -> str:
        asserted = [f"(assert {term})" for term in self.assertions]
        return "\n".join(["(set-logic ALL)", *self.declarations, *asserted, "(check-sat)"]) + "\n"

    @staticmethod
    def arns() -> str:
        return regular(pieces("arn:?*:?*:*:*:?*", "fields"))

    @staticmethod
    def sort_of(operator: str) -> str:
        name = Operator.read(operator).name
        if name.startswith("Numeric"):
            return "Real"
        return {"Bool": "Bool", "IpAddress": "address"}.get(name, "Int" if name.startswith("Date") else "String")

    def declare(self, key: str) -> None:
        sort = self.sorts[key]
        for place in range(self.places[key]):
            name = self.name(key, place)
            self.declarations.append(f"(declare-const |{name} there| Bool)")
            if key.lower() in IN_EVERY_REQUEST:
                self.assertions.append(self.there(key, place))
            if sort == "address":
                self.declarations += [f"(declare-const |{name} v6| Bool)", f"(declare-const |{name} 4| (_ BitVec 32))",
                                      f"(declare-const |{name} 6| (_ BitVec 128))"]
                continue
            self.declarations.append(f"(declare-const |{name}| {sort})")
            if sort == "String":
                shape = f"(str.in_re |{name}| {self.arns()})" if key.endswith("arn") else f'(not (= |{name}| ""))'
                self.assertions.append(shape)

    @staticmethod
    def name(key: str, place: int) -> str:
        return f"{key} {place}"

    def there(self, key: str, place: int = 0) -> str:
        return f"|{self.name(key, place)} there|"

    def allowed(self, policy: dict) -> str:
        statements = {effect: [self.applies(one) for one in policy["Statement"] if one["Effect"] == effect]
                      for effect in ("Allow", "Deny")}
        return f"(and {disjunction(statements['Allow'])} (not {disjunction(statements['Deny'])}))"

    def applies(self, statement: dict) -> str:
        terms = []
        for name, matches in (("Action", self.action), ("Resource", self.resource)):
            negated = f"Not{name}" in statement
            term = disjunction([matches(one) for one in as_list(statement[f"Not{name}" if negated else name])])
            terms.append(f"(not {term})" if negated else term)
        terms += [self.condition(*condition) for condition in conditions_of(statement)]
        return conjunction(terms)

    @staticmethod
    def action(pattern: str) -> str:
        return "true" if pattern == "*" else f"(str.in_re action {regular(pieces(pattern), ignore_case=True)})"

    def resource(self, pattern: str) -> str:
        parts = pieces(pattern, "resource")
        if parts == [Any(True, False)]:
            return "true"
        if not any(isinstance(part, Variable) for part in parts):
            return f"(str.in_re resource {regular(parts)})"
        # With variables: characters, and a * at the end at most.
        begins = isinstance(parts[-1], Any)
        words, there = [], []
        for part in parts[:-1] if begins else parts:
            if isinstance(part, Variable):
                words.append(f"|{self.name(part.key, 0)}|")
                there.append(self.there(part.key))
            elif isinstance(part, str):
                words.append(literal(part))
            else:
                raise ValueError(f"{pattern}: a wildcard before the end, beside a variable")
        whole = f"(str.++ {' '.join(words)})"
        return conjunction([*there, f"(str.prefixof {whole} resource)" if begins else f"(= resource {whole})"])

    def condition(self, written: str, key: str, wanted: list[str]) -> str:
        places = range(self.places[key])
        absent = f"(not {disjunction([self.there(key, place) for place in places])})"
        if written == "Null":
            return disjunction([absent if word == "true" else f"(not {absent})" for word in wanted])
        operator = Operator.read(written)
        matches = [disjunction([self.value(operator, key, place, word) for word in wanted]) for place in places]
        satisfies = [f"(not {match})" if operator.negated else match for match in matches]
        if operator.of_all:
            present = conjunction([f"(=> {self.there(key, place)} {satisfies[place]})" for place in places])
        elif operator.of_any:
            present = disjunction([f"(and {self.there(key, place)} {satisfies[place]})" for place in places])
        else:
            present = disjunction([f"(and {self.there(key, place)} {matches[place]})" for place in places])
            present = f"(not {present})" if operator.negated else present
        when_absent = operator.if_exists or operator.of_all or (operator.negated and not operator.of_any)
        return f"(ite {absent} {'true' if when_absent else 'false'} {present})"

    def value(self, operator: Operator, key: str, place: int, wanted: str) -> str:
        name, kind = f"|{self.name(key, place)}|", operator.name
        if kind == "Bool":
            return name if wanted.lower() == "true" else f"(not {name})"
        if kind == "IpAddress":
            return self.in_network(self.name(key, place), wanted)
        if kind.startswith("Arn"):
            return f"(str.in_re {name} {regular(pieces(wanted, 'fields'))})" if fits_arn(wanted) else "false"
        if kind == "StringLike":
            return f"(str.in_re {name} {regular(pieces(wanted))})"
        if kind == "StringEqualsIgnoreCase":
            return f"(str.in_re {name} {regular(list(wanted), ignore_case=True)})"
        if kind == "StringEquals":
            return f"(= {name} {literal(wanted)})"
        sign = {"Equals": "=", "LessThan": "<", "LessThanEquals": "<=", "GreaterThan": ">", "GreaterThanEquals": ">="}
        if kind.startswith("Date"):
            return f"({sign[kind.removeprefix('Date')]} {name} {self.number(Fraction(seconds(wanted)), '')})"
        return f"({sign[kind.removeprefix('Numeric')]} {name} {self.number(Fraction(wanted), '.0')})"

    @staticmethod
    def number(value: Fraction, suffix: str) -> str:
        size = abs(value)
        text = f"{size.numerator}{suffix}"
        if size.denominator != 1:
            text = f"(/ {text} {size.denominator}{suffix})"
        return f"(- {text})" if value < 0 else text

    @staticmethod
    def in_network(name: str, wanted: str) -> str:
        network = ipaddress.ip_network(wanted, strict=False)
        bits = network.max_prefixlen
        family = f"|{name} v6|" if network.version == 6 else f"(not |{name} v6|)"
        if network.prefixlen == 0:
            return family
        value = int(network.network_address) >> (bits - network.prefixlen)
        wanted_bits = f"#b{value:0{network.prefixlen}b}"
        high = f"((_ extract {bits - 1} {bits - network.prefixlen}) |{name} {network.version}|)"
        return f"(and {family} (= {high} {wanted_bits}))"
