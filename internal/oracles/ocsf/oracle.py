"""Holds Riposte's events against the schema of OCSF itself, as schema.ocsf.io exports it and ocsf-json-schema packs it.

Without arguments it prints what pkg/ocsf's test reads of the schema: the names, kinds and numbers of the class and of the
objects that Riposte uses, and no prose. With files it validates the events in them with a JSON Schema of the class.
"""

import importlib.resources
import json
import sys

import jsonschema
from ocsf_json_schema.schema import OcsfJsonSchema

VERSION = "1.5.0"
CLASS = "detection_finding"
PROFILES = ["cloud", "security_control"]
OBJECTS = [
    "account", "actor", "analytic", "api", "attack", "cloud", "evidences", "finding_info", "http_request", "metadata",
    "network_endpoint", "product", "related_event", "remediation", "resource_details", "service", "session", "tactic", "user",
]


def load():
    files = importlib.resources.files("ocsf_json_schema") / "ocsf" / f"{VERSION}.json"
    return json.loads(files.read_text())


def attributes(item):
    out = {}
    for name, a in item["attributes"].items():
        if a.get("profile") not in (None, *PROFILES):
            continue
        fact = {"type": a["type"]}
        if a.get("object_type"):
            fact["object"] = a["object_type"]
        if a.get("is_array"):
            fact["array"] = True
        if a.get("requirement") == "required":
            fact["required"] = True
        if a.get("@deprecated"):
            fact["deprecated"] = True
        if a.get("enum") and len(a["enum"]) < 60:
            fact["enum"] = {i: e["caption"] for i, e in a["enum"].items()}
        out[name] = fact
    return dict(sorted(out.items()))


def extract(schema):
    objects = {"detection_finding": schema["classes"][CLASS]} | {name: schema["objects"][name] for name in OBJECTS}
    out = {}
    for name, item in objects.items():
        out[name] = {"attributes": attributes(item)}
        for rule, names in (item.get("constraints") or {}).items():
            out[name][rule] = names
    return {"version": VERSION, "objects": out}


def validator(schema):
    tree = OcsfJsonSchema(schema)
    whole = tree.get_class_schema(CLASS, PROFILES)
    known = {}

    def get(uri):
        if uri not in known:
            known[uri] = tree.get_schema_from_uri(uri)
        return known[uri]

    import referencing

    def retrieve(uri):
        return referencing.Resource.from_contents(get(uri))

    registry = referencing.Registry(retrieve=retrieve)
    return jsonschema.Draft202012Validator(whole, registry=registry)


def main(files):
    schema = load()
    if not files:
        print(json.dumps(extract(schema), indent=1, sort_keys=True))
        return 0
    check = validator(schema)
    faults = 0
    for path in files:
        with open(path, encoding="utf-8") as f:
            for error in check.iter_errors(json.load(f)):
                faults += 1
                print(f"{path}: {error.json_path}: {error.message}")
    print(f"{len(files)} events, {faults} faults", file=sys.stderr)
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
