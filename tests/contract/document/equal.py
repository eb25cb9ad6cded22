"""equal.py SPEC.json SPEC.yaml: PyYAML reads the same document from both."""

import json
import sys

import yaml

with open(sys.argv[1], encoding="utf-8") as file:
    from_json = json.load(file)
with open(sys.argv[2], encoding="utf-8") as file:
    from_yaml = yaml.safe_load(file)


def difference(one: object, other: object, at: str = "") -> str | None:
    """Where the two first differ; 1 and 1.0 and True are three things."""
    if type(one) is not type(other):
        return f"{at}: {one!r} in JSON, {other!r} in YAML"
    if isinstance(one, dict) and isinstance(other, dict):
        if list(one) != list(other):
            return f"{at}: keys {list(one)} in JSON, {list(other)} in YAML"
        found = (difference(one[key], other[key], f"{at}/{key}") for key in one)
        return next((where for where in found if where), None)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        found = (difference(*pair, f"{at}/{index}") for index, pair in enumerate(zip(one, other)))
        return next((where for where in found if where), None)
    return None if one == other else f"{at}: {one!r} in JSON, {other!r} in YAML"


assert from_json["openapi"].startswith("3.1"), from_json["openapi"]
where = difference(from_json, from_yaml)
sys.exit(where and f"PyYAML: {where}")
