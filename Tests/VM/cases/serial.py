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
    try:
        with bench.guest() as guest:
            live = power.Kiosk(guest, laboratory, folder / "nbd", power.BUSES[:3], by_vendor)
            # After the rules are installed: they say who may open the bridge.
            plug(guest, folder / "uart")
            firmware = version(live)
            visit = power.until_signed(live, laboratory)
            # The controller loses its power in the first turn or around it; the bridge leaves the bus with it.
            guest.run(f"({power.kiosk.request('POST', '/v1/visits/' + visit['id'] + '/dispense')}) >/dev/null 2>&1 &")
            live.until("the order", 60, lambda: live.call("GET", f"/v1/visits/{visit['id']}").get("dispense"))
            laboratory.say("switch cabinet on")
            boxes = settle(live, laboratory, visit)
            return f"firmware {firmware} over the guest's bridge; orders ended as {boxes}"
    finally:
        disk.cut()
        laboratory.end()


def version(live):
    """The firmware's, once the controller answers; what keeps it from that is told."""
    for _ in range(20):
        status, answer = live.attempt("GET", "/v1/cabinet/firmware")
        if status == 200:
            return answer["version"]
        time.sleep(1)
    raise AssertionError(f"{answer}; {live.guest.run('lsusb -t; lsusb')}")


def settle(live, laboratory, before):
    """What the kiosk and a person do until the visit has its two boxes; each fell once."""
    address = f"/v1/visits/{before['id']}"

    def dispensed():
        visit = live.call("GET", address)
        if visit["state"] == "needsPerson":
            row = visit["dispense"][-1]
            done = sum(other["state"] == "done" for other in visit["dispense"])
            fell = int(laboratory.say("count boxes")) > done
            live.attempt("POST", address + "/resolve", {"transaction": row["transaction"], "dropped": fell, "by": "T-7"})
            laboratory.say(f"clear slot {row['slot']}")
        live.attempt("POST", address + "/dispense")
        return live.call("GET", address)["state"] == "dispensed"

    live.until("the last box", 120, dispensed)
    boxes = laboratory.say("count boxes")
    expect(boxes == "2", f"{boxes} boxes fell for two")
    return ", ".join(row["state"] for row in live.call("GET", address)["dispense"])


CASES = [Case("serial-cabinet", 420, cabinet)]
