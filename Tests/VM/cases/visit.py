"""The whole visit of script/run in the guest: straight over USB/IP, and through kernel and libusb; both must agree."""

import json
import re

import png
from cases.case import Case, expect

RUN = "cd /tmp && /opt/kiosk/bin/kiosk-lab run --json --folder /tmp/{0} {1}"


def visit(bench):
    with bench.guest() as guest:
        guest.run("mkdir -p /tmp/straight /tmp/kernel")
        straight = walk(guest, "straight", "")
        kernel = walk(guest, "kernel", "--attach")
        expect([step["name"] for step in kernel["steps"]] == [step["name"] for step in straight["steps"]],
               f"other steps: {kernel['steps']}")
        for report in [straight, kernel]:
            expect(report["verdict"] == "ok" and report["outbox"] == 0, f"{report}")
        expect(masked(guest, straight["bundle"]) == masked(guest, kernel["bundle"]), "the bundles differ")
        slips_agree(guest, straight["slip_png"], kernel["slip_png"])
        configuration = guest.run("cat /tmp/kernel/kioskd.toml")
        expect('transport = "libusb"' in configuration, "the second visit was not through libusb")
        return f"through libusb in {sum(step['seconds'] for step in kernel['steps']):.1f} s"


def walk(guest, name, options):
    status, output = guest.attempt(RUN.format(name, options), limit=180)
    if status != 0:
        output += guest.run(f"tail -n 30 /tmp/{name}/logs/*; dmesg | tail -20", check=False)
    expect(status == 0, output)
    return json.loads(output.strip().splitlines()[-1])


def masked(guest, path):
    """A bundle without what names this one visit: ids, times, digests and signatures."""
    text = guest.fetch(path).decode()
    bundle = json.loads(text)
    return json.dumps(strip(bundle), sort_keys=True, ensure_ascii=False)


# What is born with a visit: UUIDs, moments, document numbers, digests; and whole values that are keys or signatures.
BORN = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-][\d:]+)?|\b[0-9A-F]{12}\b|\b[0-9A-Fa-f]{32,}\b"
    r"|^[A-Za-z0-9+/=_.-]{60,}$")


def strip(value):
    if isinstance(value, dict):
        return {key: strip(item) for key, item in value.items()}
    if isinstance(value, list):
        return [strip(item) for item in value]
    return BORN.sub("…", value) if isinstance(value, str) else value


# What differs between two visits on this slip, in dot rows: its minute; its QR code and document number.
OWN_ROWS = [range(340, 376), range(940, 1240)]


def slips_agree(guest, first, second):
    """Equal byte for byte in every dot row but those with the visit's own time, code and number."""
    one, other = png.rows(guest.fetch(first)), png.rows(guest.fetch(second))
    expect(len(one) == len(other), f"slips of {len(one)} and {len(other)} dot rows")
    different = [index for index in range(len(one)) if one[index] != other[index]]
    strange = [index for index in different if not any(index in rows for rows in OWN_ROWS)]
    expect(not strange, f"dot rows {strange[:20]} differ")
    expect(len(one) > 1300, f"a slip of {len(one)} dot rows")


CASES = [Case("whole-visit", 420, visit)]
