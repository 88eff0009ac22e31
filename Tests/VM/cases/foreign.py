"""Devices that no one here wrote: QEMU's smart card reader and its serial adapter."""

import socket
import threading

from cases import kiosk
from cases.case import Case, expect
from cases.transport import swift_tests

CONFIGURATION = """
[kiosk]
id = "lab-kiosk-1"
site = "LAB-SITE-1"
profile = "lab"
mode = "clinic-onsite"
[paths]
data = "/lab/data"
socket = "/lab/kioskd.sock"
[usb]
transport = "libusb"
[devices.reader]
vendor = "08e6"
product = "4433"
[store]
key_file = "/lab/store.key"
[identity]
device_key_file = "/lab/device.pem"
[registry]
file = "/lab/registry.jws"
public_key_file = "/lab/registry.pub"
[formulary]
file = "/lab/formulary.json"
"""


def reader(bench):
    """QEMU's usb-ccid exchanges TPDUs: the direct driver must refuse it, and say what drives it."""
    with bench.guest() as guest:
        guest.qmp("device_add", driver="usb-ccid", id="ccid", bus="xhci.0")
        guest.run("/opt/kiosk/bin/kiosk-lab provision /lab", limit=60)
        guest.run(f"cat >/lab/kioskd.toml <<'END'\n{CONFIGURATION}\nEND")
        guest.run("systemd-run -q --unit=agent-under-test /opt/kiosk/bin/kioskd --config /lab/kioskd.toml")
        status, output = guest.attempt(
            f"for i in $(seq 60); do {kiosk.get('/v1/devices', '/lab/kioskd.sock')} "
            ">/tmp/list 2>&1; grep -q K-RDR-001 /tmp/list && break; sleep 0.5; done; cat /tmp/list; "
            "grep -q K-RDR-001 /tmp/list || { journalctl -u agent-under-test | tail -20; lsusb; exit 1; }", limit=90)
        expect(status == 0, f"not refused: {output}")
        expect("PC/SC" in output, f"the refusal does not name PC/SC: {output}")


def echo(listener):
    connection, _ = listener.accept()
    with connection:
        while data := connection.recv(4096):
            connection.sendall(data)


def serial(bench):
    """QEMU's usb-serial (FTDI 0403:6001): bytes go out through the transport and come back from this machine."""
    with bench.guest() as guest:
        path = str(guest.folder / "echo")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(1)
            threading.Thread(target=echo, args=[listener], daemon=True).start()
            guest.qmp("chardev-add", id="echo", backend={
                "type": "socket", "data": {"addr": {"type": "unix", "data": {"path": path}}, "server": False}})
            guest.qmp("device_add", driver="usb-serial", id="serial", bus="xhci.0", chardev="echo")
            guest.run("for i in $(seq 100); do lsusb | grep -q 0403:6001 && exit 0; sleep 0.1; done; exit 1")
            return swift_tests(guest, ["USBSuites/SerialAdapter"], "KIOSK_USB_CONTRACT=libusb KIOSK_USB_SERIAL=1")


CASES = [Case("foreign-reader", 120, reader), Case("foreign-serial", 120, serial)]
