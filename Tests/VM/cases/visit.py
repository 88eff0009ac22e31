"""The whole visit of script/run: on this machine straight over USB/IP, and in the guest through its kernel with libusb
and libv4l; both must agree."""

import base64
import difflib
import json
import os
import pathlib
import re

import image
import png
from cases.case import Case, expect


def visit(bench):
    with bench.guest() as guest:
        face = "verified" if guest.add_faces() else "not run"
        straight = walk_here(bench)
        kernel = walk_there(guest, face)
        expect([step["name"] for step in kernel["steps"]] == [step["name"] for step in straight["steps"]],
               f"other steps: {kernel['steps']}")
        for way in [straight, kernel]:
            expect((way["verdict"], way["outbox"], way["face"]) == ("ok", 0, face), way["said"])
        bundles = [json.loads(way["bundle"]) for way in [straight, kernel]]
        same(*bundles)
        slips_agree(straight["slip_png"], kernel["slip_png"])
        configuration = guest.run("cat /tmp/kernel/kioskd.toml")
        expect('transport = "libusb"' in configuration, "the second visit was not through libusb")
        expect("v4l2:/dev/v4l/by-path/" in guest.run("cat /tmp/kernel/logs/kiosk-visiond.log"),
               "the second visit's face service was not on the kernel's camera")
        if face == "verified":
            cameras = [camera(bundle) for bundle in bundles]
            expect(cameras[0].startswith("folder:") and re.match(
                r"v4l2:/dev/v4l/by-path/\S+ 1209:0006 \(uvcvideo, ", cameras[1]), f"pictures came from {cameras}")
        way = "libusb and libv4l" if face == "verified" else "libusb"
        return f"through {way} in {sum(step['seconds'] for step in kernel['steps']):.1f} s, face {face}"


def walk_here(bench):
    """The visit over USB/IP, with the pictures straight from their folder. Bundle and slip are read into the report."""
    folder = bench.folder / "straight"
    folder.mkdir()
    command = [bench.binaries / "kiosk-lab", "run", "--json", "--folder", folder]
    if bench.faces:
        command += ["--models", os.environ["KIOSK_MODELS"], "--faces", os.environ["KIOSK_FACES"]]
    # In the guest's time zone.
    output = image.run(*command, env=os.environ | {"TZ": "UTC"}, timeout=120)
    return report(output, lambda path: pathlib.Path(path).read_bytes())


def walk_there(guest, face):
    """The visit through the guest's kernel."""
    options = "--models /opt/faces/models --faces /opt/faces/faces" if face == "verified" else ""
    status, output = guest.attempt(
        f"mkdir /tmp/kernel && cd /tmp && /opt/kiosk/bin/kiosk-lab run --json --folder /tmp/kernel {options} --attach",
        limit=300)
    if status != 0:
        output += guest.run("tail -n 30 /tmp/kernel/logs/*; dmesg | tail -20", check=False)
    expect(status == 0, output)
    return report(output, guest.fetch)


def report(output, read):
    found = json.loads(output.strip().splitlines()[-1])
    return found | {part: read(found[part]) for part in ["bundle", "slip_png"]} | {"said": output}


def same(first, second):
    """Equal but for what names the one visit and what one scan measured."""
    one, other = (
        json.dumps(strip(bundle), sort_keys=True, ensure_ascii=False, indent=1).splitlines()
        for bundle in [first, second])
    difference = list(difflib.unified_diff(one, other, "straight", "kernel", lineterm="", n=1))
    expect(not difference, "the bundles differ:\n" + "\n".join(difference[:60]))


# What is born with a visit: UUIDs, moments, document numbers, digests; and whole values that are keys or signatures.
BORN = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-][\d:]+)?|\b[0-9A-F]{12}\b|\b[0-9A-Fa-f]{32,}\b"
    r"|^[A-Za-z0-9+/=_.-]{60,}$")
# What is born with a scan: the pictures of two cameras never measure the same.
MEASURED = ["score", "liveness"]


def strip(value):
    if isinstance(value, dict):
        if value.get("type") in MEASURED and "valueString" in value:
            float(value["valueString"])
            value = value | {"valueString": "measured"}
        return {key: strip(item) for key, item in value.items()}
    if isinstance(value, list):
        return [strip(item) for item in value]
    return BORN.sub("…", value) if isinstance(value, str) else value


def camera(bundle):
    """Where the pictures of the doctor's face came from, as the signed evidence says."""
    return next(evidence["face"]["camera"] for evidence in evidences(bundle) if "face" in evidence)


def evidences(value):
    """Every evidence in a bundle, decoded."""
    if isinstance(value, dict):
        if value.get("type") == "evidence" and "valueBase64Binary" in value:
            yield json.loads(base64.b64decode(value["valueBase64Binary"]))
        for item in value.values():
            yield from evidences(item)
    elif isinstance(value, list):
        for item in value:
            yield from evidences(item)


# What differs between two visits on this slip, in dot rows: its minute; its QR code and document number.
OWN_ROWS = [range(340, 376), range(940, 1240)]


def slips_agree(first, second):
    """Equal byte for byte in every dot row but those with the visit's own time, code and number."""
    one, other = png.rows(first), png.rows(second)
    expect(len(one) == len(other), f"slips of {len(one)} and {len(other)} dot rows")
    different = [index for index in range(len(one)) if one[index] != other[index]]
    strange = [index for index in different if not any(index in rows for rows in OWN_ROWS)]
    expect(not strange, f"dot rows {strange[:20]} differ")
    expect(len(one) > 1300, f"a slip of {len(one)} dot rows")


CASES = [Case("whole-visit", 480, visit)]
