"""A power cut in the middle of a visit. Cabinet, printer and platform are on this machine and keep counting; the kiosk's
data is on a disk that loses what was not flushed."""

import json
import os
import subprocess
import time

import image
from cases import kiosk
from cases.case import Case, expect
from nbd import VolatileDisk

DRAFT = {
    "diagnosis": {"system": "http://hl7.org/fhir/sid/icd-10", "code": "J03.900", "display": "急性扁桃体炎"},
    "lines": [
        {"medicine": "M002", "name": "阿莫西林胶囊", "strength": "0.25 g × 24 粒", "boxes": 1, "dose": "0.5 g",
         "route": "口服", "frequency": "每日三次", "days": 5},
        {"medicine": "M001", "name": "布洛芬缓释胶囊", "strength": "0.3 g × 20 粒", "boxes": 1, "dose": "0.3 g",
         "route": "口服", "frequency": "每日两次", "days": 3},
    ],
}
BUSES = ["1-1", "1-2", "1-3", "1-4"]


class Laboratory:
    """kiosk-lab on this machine; ends with `end`, and by its standard input if this process dies."""

    def __init__(self, binaries, folder, *options):
        self.program, self.folder = binaries / "kiosk-lab", folder
        folder.mkdir()
        self.log = open(folder / "serve.log", "wb")
        self.process = subprocess.Popen(
            [self.program, "serve", folder, "--exit-with-stdin", *options], stdin=subprocess.PIPE, stdout=self.log,
            stderr=self.log, start_new_session=True)
        deadline = time.monotonic() + 60
        while subprocess.run([self.program, "say", folder, "status"], capture_output=True).returncode != 0:
            expect(self.process.poll() is None and time.monotonic() < deadline, "the laboratory did not start")
            time.sleep(0.1)
        self.ports = json.loads((folder / "ports.json").read_text())

    def say(self, words):
        return image.run(self.program, "say", self.folder, *words.split()).strip()

    def end(self):
        self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Kiosk(kiosk.Caller):
    """An installed kiosk in a fresh guest, its data on the given disk, its devices and platform on this machine."""

    def __init__(self, guest, laboratory, disk, buses=BUSES, change=lambda text: text):
        super().__init__(guest)
        kiosk.install(guest)
        guest.add_network()
        device = guest.add_disk(
            "data", {"driver": "nbd", "server": {"type": "unix", "path": str(disk)}, "export": ""})
        guest.run(f"mkdir -p /var/lib/kiosk /lab/camera; mount -t ext4 {device} /var/lib/kiosk")
        for bus in buses:
            # The tool fails while the device before is still being set up.
            guest.run(f"for i in $(seq 20); do usbip --tcp-port {laboratory.ports['usbip']} attach -r 10.0.2.2 -b {bus} "
                      ">/tmp/usbip 2>&1 && exit 0; sleep 0.2; done; cat /tmp/usbip; exit 1")
        hub = guest.run("grep -l '^480' /sys/devices/platform/vhci_hcd.0/usb*/speed").strip().split("/")[-2][3:]
        for name in [
            "store.key", "recovery.pub.pem", "device.pem", "registry.jws", "registry.pub", "platform.pub", "formulary.json",
            "kioskd.toml",
        ]:
            text = (laboratory.folder / name).read_text()
            text = text.replace(str(laboratory.folder), "/lab").replace("127.0.0.1:", "10.0.2.2:")
            text = text.replace('transport = "usbip"', 'transport = "libusb"')
            for number, bus in enumerate(buses):
                text = text.replace(f'path = "{bus}"', f'path = "{hub}-{number + 1}"')
            lines = [line for line in text.splitlines() if not line.startswith(("host =", "port ="))]
            guest.run(f"cat >/lab/{name} <<'END-OF-FILE'\n" + change("\n".join(lines)) + "\nEND-OF-FILE")
        kiosk.configure(guest)
        kiosk.start(guest)


def cut(bench):
    seed = int(os.environ.get("KIOSK_SEED") or time.time()) % 100_000
    folder = bench.folder / "power"
    folder.mkdir()
    data = folder / "data.ext4"
    with open(data, "wb") as file:
        file.truncate(96 << 20)
    image.run("mke2fs", "-q", "-F", "-t", "ext4", data)
    laboratory = Laboratory(bench.binaries, folder / "lab")
    try:
        disk = VolatileDisk(data, folder / "nbd.1", seed)
        with bench.guest() as guest:
            visit = until_signed(Kiosk(guest, laboratory, folder / "nbd.1"), laboratory)
            # Somewhere among the writes of two orders, their outcomes and the cabinet's answers.
            count = disk.random.randint(1, 24)
            disk.freeze_after(count)
            guest.run(f"({kiosk.request('POST', '/v1/visits/' + visit['id'] + '/dispense')}) >/dev/null 2>&1 &")
            expect(disk.frozen.wait(60), f"fewer than {count} writes in a dispense")
            guest.kill()
            lost, unflushed = disk.cut()
            fallen = laboratory.say("count boxes")
        disk = VolatileDisk(data, folder / "nbd.2", seed)
        with bench.guest() as guest:
            finish(Kiosk(guest, laboratory, folder / "nbd.2"), laboratory, visit)
        disk.cut()
        return f"seed {seed}: cut at write {count}, {lost} of {unflushed} unflushed sectors lost, {fallen} boxes down"
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {error}") from error
    finally:
        laboratory.end()


def until_signed(live, laboratory):
    """Up to the doctor's signatures. Returns the visit as it was acknowledged then."""
    laboratory.say("insert doctor card")
    live.until("the doctor", 60, lambda: live.attempt("POST", "/v1/session", {"pin": kiosk.PIN})[0] < 300)
    laboratory.say("insert card zhang-wei")
    visit = live.until("the visit", 60, lambda: live.call("GET", "/v1/status").get("visit"))["id"]
    live.call("POST", f"/v1/visits/{visit}/prescription", DRAFT)
    signed = live.call("POST", f"/v1/visits/{visit}/sign", {"pin": kiosk.PIN})
    expect(signed["state"] == "signed", f"not signed: {signed}")
    return signed


def finish(live, laboratory, before):
    """After the power is back: nothing acknowledged is missing; going on gives each box, slip and bundle once."""
    visit = before["id"]
    after = live.call("GET", f"/v1/visits/{visit}")
    for part in ["patient", "prescription", "signedBy"]:
        expect(after.get(part) == before.get(part), f"{part} was {before.get(part)}, is {after.get(part)}")

    def dispensed():
        live.attempt("POST", f"/v1/visits/{visit}/dispense")
        return live.call("GET", f"/v1/visits/{visit}")["state"] == "dispensed"

    live.until("the last box", 90, dispensed)
    live.call("POST", f"/v1/visits/{visit}/print")
    live.until("the platform", 60, lambda: live.call("GET", "/v1/status")["queue"]["pending"] == 0)
    boxes, bundles = laboratory.say("count boxes"), laboratory.say("count bundles")
    slips = len(list((laboratory.folder / "slips").glob("*.png")))
    expect((boxes, bundles, slips) == ("2", "1", 1), f"{boxes} boxes fell, {bundles} bundles came, {slips} slips")


CASES = [Case("power-cut", 420, cut)]
