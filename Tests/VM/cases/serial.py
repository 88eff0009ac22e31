"""The cabinet behind a serial bridge: the controller's firmware image runs on an emulated board, its line goes into QEMU's
usb-serial (an FTDI bridge), and kioskd meets it through the guest's USB stack."""

import pathlib
import re
import time

import image
from cases import power
from cases.case import Case, expect
from nbd import VolatileDisk

FIRMWARE = pathlib.Path(__file__).resolve().parents[3] / "Firmware/Dispenser/.build-mps2-an386/mps2-an386.elf"
# The kernel's name of the bridge's interface, and who drives it.
DRIVER = ("for d in /sys/bus/usb/devices/*; do [ \"$(cat $d/idVendor 2>/dev/null)\" = 0403 ] && "
          "basename $(readlink -f $d:1.0/driver || echo none); done; true")


def plug(guest, path):
    """A bridge whose far end is the Unix socket `path`; it leaves the bus while nobody is there."""
    guest.qmp("chardev-add", id="cabinet", backend={"type": "socket", "data": {
        "addr": {"type": "unix", "data": {"path": str(path)}}, "server": False, "reconnect": 1}})
    guest.qmp("device_add", driver="usb-serial", chardev="cabinet", bus="xhci.0", id="bridge")
    guest.run("for i in $(seq 100); do grep -qx 0403 /sys/bus/usb/devices/*/idVendor && exit 0; sleep 0.1; done; lsusb; exit 1")


def by_vendor(text):
    """The configuration with the bridge's vendor in the place of the cabinet's port."""
    return re.sub(r'(\[devices\.dispenser\]\n)path = "[^"]*"', r"\1vendor = 0x0403", text)


def cabinet(bench):
    expect(FIRMWARE.exists(), f"there is no image at {FIRMWARE}; run script/firmware build mps2-an386")
    folder = bench.folder / "serial"
    folder.mkdir()
    data = folder / "data.ext4"
    with open(data, "wb") as file:
        file.truncate(96 << 20)
    image.run("mke2fs", "-q", "-F", "-t", "ext4", data)
    laboratory = power.Laboratory(
        bench.binaries, folder / "lab", "--firmware", FIRMWARE, "--serial", folder / "uart")
    disk = VolatileDisk(data, folder / "nbd", 1)
    times = Stopwatch()
    try:
        with bench.guest() as guest:
            times.note("guest")
            # The kernel's own driver takes the bridge first, as on a machine where somebody plugged it in before.
            guest.run("modprobe ftdi_sio")
            live = power.Kiosk(guest, laboratory, folder / "nbd", power.BUSES[:2], by_vendor)
            times.note("kiosk")
            # After the rules are installed: they say who may open the bridge.
            plug(guest, folder / "uart")
            firmware = version(live)
            driver = guest.run(DRIVER).strip()
            expect(driver == "usbfs", f"the bridge is driven by {driver}, not by kioskd through usbfs")
            times.note("bridge")
            visit = power.until_signed(live, laboratory)
            times.note("signed")
            # The controller loses its power in the middle of the first box's turn; the bridge leaves the bus with it.
            laboratory.say("cut cabinet in next turn")
            live.attempt("POST", f"/v1/visits/{visit['id']}/dispense")
            rows = settle(live, laboratory, visit)
            times.note("settled")
            states = [row["state"] for row in rows]
            # On a busy machine the controller lives on for a moment without its motors, and says so.
            cut = [state for state in states if state in ("interrupted", "unverified")]
            expect(len(cut) == 1, f"no order met the power loss: {states}")
            expect(states.count("done") == 2 and len(states) == 3, f"two boxes were asked for: {states}")
            return f"firmware {firmware} over the guest's bridge; orders ended as {', '.join(states)}; {times}"
    finally:
        disk.cut()
        laboratory.end()


class Stopwatch:
    def __init__(self):
        self.last, self.parts = time.monotonic(), []

    def note(self, name):
        now = time.monotonic()
        self.parts.append(f"{name} {now - self.last:.0f} s")
        self.last = now

    def __str__(self):
        return ", ".join(self.parts)


def version(live):
    """The firmware's, once the controller answers; what keeps it from that is told."""
    deadline = time.monotonic() + 120
    while True:
        status, answer = live.attempt("GET", "/v1/cabinet/firmware")
        if status == 200:
            return answer["version"]
        expect(time.monotonic() < deadline, f"{answer}; " + live.guest.run(
            "lsusb -t; lsusb; dmesg | tail -5; journalctl -n 15 --no-pager -u kioskd", check=False))
        time.sleep(0.2)


def settle(live, laboratory, before):
    """What the kiosk and a person do until the visit has its two boxes; each fell once. The orders, as they ended."""
    address = f"/v1/visits/{before['id']}"

    def dispensed():
        visit = live.call("GET", address)
        if visit["state"] == "needsPerson":
            row = visit["dispense"][-1]
            done = sum(other["state"] == "done" for other in visit["dispense"])
            fell = int(laboratory.say("count boxes")) > done
            expect(not fell, "the power was lost before the box fell")
            # Refused where the controller, asked once more, can tell by now.
            live.attempt("POST", address + "/resolve", {"transaction": row["transaction"], "dropped": fell, "by": "T-7"})
            laboratory.say(f"clear slot {row['slot']}")
        if visit["state"] != "dispensed":
            live.attempt("POST", address + "/dispense")
        return live.call("GET", address)["state"] == "dispensed"

    live.until("the last box", 120, dispensed)
    boxes = laboratory.say("count boxes")
    expect(boxes == "2", f"{boxes} boxes fell for two")
    return live.call("GET", address)["dispense"]


CASES = [Case("serial-cabinet", 420, cabinet)]
