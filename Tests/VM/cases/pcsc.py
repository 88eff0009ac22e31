"""Card readers by pcscd: QEMU's usb-ccid through libccid for the patient, the laboratory's reader for the doctor; kioskd
is the installed service, an unprivileged user."""

import re

from cases import kiosk
from cases.case import Case, expect
from cases.power import DRAFT
from cases.transport import swift_tests
from social_security_card import SocialSecurityCard
from vscard import Contacts

READER = "08e6"


def zhang_wei():
    return SocialSecurityCard("110105199003072012", "张伟", "A00000001", "19900307")


def plug(guest, contacts):
    """The reader with its contacts. Returns its port path."""
    guest.qmp("device_add", driver="usb-ccid", id="ccid", bus="xhci.0", port="1")
    guest.qmp("device_add", driver="ccid-card-passthru", id="card", bus="ccid.0", chardev="contacts")
    contacts.attach()
    file = guest.run(f"for i in $(seq 100); do grep -lx {READER} /sys/bus/usb/devices/*/idVendor && break; sleep 0.1; "
                     "done; udevadm settle")
    return file.split("/")[5]


def configure(guest, path):
    """kioskd's configuration with pcscd for all card readers, the patient's at QEMU's port."""
    kiosk.configure(guest)
    guest.run(
        f"""sed -i -e '/^\\[devices.reader\\]/,/^path/s#^path = .*#path = "{path}"#' \
        -e 's/^\\[devices.reader\\]/[devices]\\ncard_readers = "pcsc"\\n\\n&/' /etc/kiosk/kioskd.toml""")


def list_laboratory(guest):
    """libccid drives what its list names, class or not: the laboratory's ids are added as an administrator would."""
    guest.run("sed -i " + " ".join(
        f"-e '/<key>{key}</,/<array>/s#<array>#&<string>{value}</string>#'" for key, value in [
            ("ifdVendorID", "0x1209"), ("ifdProductID", "0x0001"), ("ifdFriendlyName", "Laboratory reader")])
        + " /etc/libccid_Info.plist; grep -q 'Laboratory reader' /etc/libccid_Info.plist")


def pcscd(bench):
    with bench.guest() as guest, Contacts(guest.folder / "contacts") as contacts:
        kiosk.install(guest)
        list_laboratory(guest)
        kiosk.start_laboratory(guest)
        guest.qmp("chardev-add", id="contacts", backend={"type": "socket", "data": {
            "addr": {"type": "unix", "data": {"path": contacts.path}}, "server": False}})
        path = plug(guest, contacts)
        configure(guest, path)
        kiosk.start(guest)
        live = kiosk.Caller(guest)
        listed(live, path)
        guarded(guest, path)
        visit(live, contacts, "the first card")
        # From here on the doctor's card is held: no other reader may need it to be let go.
        unlocked(live)
        replugged(live, contacts)
        restarted(live)
        unlocked(live)
        signed(live, contacts)
        return "visits by QEMU's reader before and after a replug and a killed pcscd; the doctor signed through pcscd"


def device(live, role="reader"):
    return next(device for device in live.call("GET", "/v1/devices")["devices"] if device["role"] == role)


def ready(live, when):
    for role in ["reader", "doctor-reader"]:
        live.until(f"the {role} {when}", 60, lambda role=role: device(live, role)["state"] == "ready")


def listed(live, path):
    ready(live, "by pcscd")
    reader = device(live)
    found = (reader.get("address"), reader.get("vendorID"), reader.get("productID"), reader.get("simulated"))
    expect(found == (path, 0x08E6, 0x4433, False), f"the reader at {path} is told as {reader}")
    words = live.guest.run("/opt/kiosk/bin/kioskctl device list; true")
    expect(re.search(rf"reader +ready +{path} +08e6:4433", words), f"kioskctl device list: {words}")


def guarded(guest, path):
    """Whoever is not of the group does not reach the readers by pcscd either; and the readers stay awake."""
    ask = "/opt/kiosk/bin/curl -s --max-time 2 --unix-socket /run/pcscd/pcscd.comm http://pcscd/"
    # curl's status 7: no connection. kioskd's unit connects, and then speaks no HTTP.
    status, _ = guest.attempt(f"setpriv --reuid nobody --regid nogroup --clear-groups {ask}")
    expect(status == 7, f"nobody reached pcscd: curl ended with {status}")
    status, _ = guest.attempt(f"setpriv --reuid kioskd --regid kiosk --groups kiosk-usb {ask}")
    expect(status not in [0, 7], f"kioskd's groups did not reach pcscd: curl ended with {status}")
    control = guest.run(f"cat /sys/bus/usb/devices/{path}/power/control").strip()
    expect(control == "on", f"the reader may sleep: {control}")


def visit(live, contacts, what):
    """A card opens a visit in its holder's name; the visit is ended and the card taken out."""
    contacts.insert(zhang_wei())
    opened = live.until(f"the visit of {what}", 60, lambda: live.call("GET", "/v1/status").get("visit"))
    expect(opened["patient"].startswith("张"), f"{what} was read as {opened['patient']}")
    live.call("POST", f"/v1/visits/{opened['id']}/abort")
    contacts.remove()


def replugged(live, contacts):
    """The reader leaves the bus and comes back under another address."""
    number = f"cat /sys/bus/usb/devices/{device(live)['address']}/devnum"
    before = live.guest.run(number)
    live.guest.qmp("device_del", id="ccid")
    live.until("the reader's absence", 60, lambda: device(live)["state"] == "missing")
    plug(live.guest, contacts)
    expect(live.guest.run(number) != before, "the reader has kept its address")
    ready(live, "after the replug")
    visit(live, contacts, "the card after the replug")


def restarted(live):
    """pcscd is killed; its socket starts it anew when kioskd asks."""
    pid = "systemctl show -P MainPID pcscd"
    before = live.guest.run(pid)
    live.guest.run("systemctl kill -s KILL pcscd")
    live.until("another pcscd", 60, lambda: live.guest.run(pid).strip() not in [before.strip(), "0"])
    ready(live, "after pcscd was killed")


def unlocked(live):
    """The doctor's card and PIN: powered and verified, the card is this program's alone until the session ends."""
    live.guest.run(f"{kiosk.SAY} insert doctor card")
    kiosk.sign_in(live.guest)


def signed(live, contacts):
    """The whole way up to the signature, both cards by pcscd."""
    contacts.insert(zhang_wei())
    opened = live.until("the last visit", 60, lambda: live.call("GET", "/v1/status").get("visit"))["id"]
    live.call("POST", f"/v1/visits/{opened}/prescription", DRAFT)
    answer = live.call("POST", f"/v1/visits/{opened}/sign", {"pin": kiosk.PIN})
    expect(answer["state"] == "signed", f"not signed: {answer}")


def exchange(bench):
    """A simulated reader of two slots by libccid: long commands in the form that both ends take, each role its slot."""
    with bench.guest() as guest:
        list_laboratory(guest)
        return swift_tests(guest, ["CardReaderTests.PCSCKernelTests"], "KIOSK_PCSC_KERNEL=1", limit=280)


CASES = [Case("pcscd-readers", 480, pcscd), Case("pcscd-exchange", 320, exchange)]
