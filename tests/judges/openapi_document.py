"""Judges an OpenAPI document: python openapi_document.py FILE. Exit status 0 when openapi-spec-validator finds it to be
valid OpenAPI 3.1, and every operation says its name, its summary and the errors that it can answer."""

import json
import sys

from openapi_spec_validator import OpenAPIV31SpecValidator

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def complaints(document: dict) -> list[str]:
    found = [f"{'/'.join(str(step) for step in error.absolute_path) or 'document'}: {error.message}"
             for error in OpenAPIV31SpecValidator(document).iter_errors()]
    if not str(document.get("openapi", "")).startswith("3.1."):
        found.append(f"openapi is {document.get('openapi')!r}, not 3.1")
    names: dict[str, str] = {}
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method not in item:
                continue
            operation, where = item[method], f"{method.upper()} {path}"
            name = operation.get("operationId")
            if not name:
                found.append(f"{where}: no operationId")
            elif name in names:
                found.append(f"{where}: operationId {name} is also that of {names[name]}")
            names[name] = where
            if not operation.get("summary"):
                found.append(f"{where}: no summary")
            if operation.get("security", document.get("security")) and "401" not in operation["responses"]:
                found.append(f"{where}: needs credentials, and does not say what 401 answers")
    if not names:
        found.append("no operation at all")
    return found


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    with open(sys.argv[1], encoding="utf-8") as file:
        found = complaints(json.load(file))
    print("\n".join(found) or "valid")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
