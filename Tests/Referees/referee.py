"""Judges FHIR R4 bundles: two libraries that know the standard, and three rules that neither of them checks.

Usage: referee.py FILE...   One line for each fault; status 1 where there is any, 0 where there is none.
"""
import json
import re
import sys

from fhir.resources.R4B import get_fhir_model_class
from google.fhir.r4 import json_format

LITERAL = re.compile(r"^[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}$")


def libraries(text):
    try:
        json_format.json_fhir_string_to_proto(text, _bundle_type(), validate=True, default_timezone="Z")
    except Exception as error:  # Whatever it is that they object to is what we want to know.
        yield f"google-fhir-r4: {error}"
    try:
        get_fhir_model_class("Bundle").model_validate_json(text)
    except Exception as error:
        yield f"fhir.resources: {error}"


def _bundle_type():
    from google.fhir.r4.proto.core.resources import bundle_and_contained_resource_pb2 as bundle

    return bundle.Bundle


def references(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "reference" and isinstance(inner, str):
                yield inner
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def rules(bundle):
    entries = bundle.get("entry", [])
    inner = [entry["resource"] for entry in entries if entry.get("resource", {}).get("resourceType") == "Bundle"]
    if inner:
        # A bundle is a world of its own: what it refers to stands in it.
        for each in inner:
            yield from rules(each)
        entries = [{**entry, "resource": {}} if entry["resource"] in inner else entry for entry in entries]
    asks = bundle.get("type") in ("batch", "transaction", "history")
    for index, entry in enumerate(entries):
        # bdl-3: entry.request mandatory for batch, transaction and history, otherwise prohibited.
        if asks != ("request" in entry):
            yield f"bdl-3: entry {index}"
    # bdl-7: fullUrl must be unique in a bundle, or else entries with it must have another meta.versionId.
    seen = set()
    for index, entry in enumerate(entries):
        version = entry.get("resource", {}).get("meta", {}).get("versionId")
        key = (entry.get("fullUrl"), version)
        if key[0] is not None and key in seen:
            yield f"bdl-7: entry {index} has the fullUrl of another"
        seen.add(key)
    held = {entry.get("fullUrl") for entry in entries}
    for entry in entries:
        resource = entry.get("resource", {})
        held.add(f"{resource.get('resourceType')}/{resource.get('id')}")
    for reference in references(entries):
        if reference.startswith("#"):
            continue
        if reference not in held and (reference.startswith("urn:") or LITERAL.match(reference)):
            yield f"reference {reference} leads nowhere"
        elif not reference.startswith(("urn:", "http://", "https://")) and not LITERAL.match(reference):
            yield f"reference {reference} is no reference"


def main(paths):
    faults = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for fault in [*libraries(text), *rules(json.loads(text))]:
            print(f"{path}: {fault}")
            faults += 1
    print(f"referee: {len(paths)} bundles, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
