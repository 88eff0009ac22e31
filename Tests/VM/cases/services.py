"""Units, users and udev rules: the services run unprivileged, and others get neither at the devices nor at the API."""

import json

from cases import kiosk
from cases.case import Case, expect


def services(bench):
    with bench.guest() as guest:
        kiosk.install(guest)
        has_faces = guest.add_faces()
        if has_faces:
            guest.run("mount --bind /opt/faces/models /var/lib/kiosk-models")
        kiosk.start_laboratory(guest)
        link = kiosk.camera_link(guest)
        kiosk.configure(guest, camera=f"v4l2:{link}")
        kiosk.start(guest)
        runs_unprivileged(guest)
        devices_are_guarded(guest)
        seat_gets_no_device(guest, link)
        socket_is_guarded(guest)
        devices_are_ready(guest, ["camera"] if has_faces else [])
        port_power_is_switched(guest)
        devices_are_ready(guest, ["camera"] if has_faces else [])
        unplugs = 50 if bench.is_long else 5
        if has_faces:
            face_is_found(guest)
            camera_recovers(guest, link, unplugs)
        guest.run("systemctl stop kioskd kiosk-visiond", limit=60)
        expect(guest.run("systemctl is-failed kioskd kiosk-visiond", check=False).split() == ["inactive"] * 2,
               "a service did not end well: " + guest.run("journalctl -n 30 -u kioskd", check=False))
        kiosk.journal_is_quiet(guest)
        return (f"face enrolled through uvcvideo by kiosk-visiond, camera unplugged {unplugs} times in a look"
                if has_faces else "face not run")


def runs_unprivileged(guest):
    for unit in ["kioskd", "kiosk-visiond"]:
        status = guest.run(
            f"p=$(systemctl show -P MainPID {unit}); ps -o user:20= -p $p; grep -E 'CapEff|NoNewPrivs' /proc/$p/status")
        words = status.split()
        expect(words == [unit, "CapEff:", "0000000000000000", "NoNewPrivs:", "1"], f"{unit} runs as {words}")


def devices_are_guarded(guest):
    nodes = guest.run("ls /dev/kiosk").split()
    classes = sorted(node.split("-")[0] for node in nodes)
    for wanted in ["printer", "reader", "serial"]:
        expect(wanted in classes, f"no {wanted} among {nodes}")
    for node in nodes:
        group = "kiosk-camera" if node.startswith("camera") else "kiosk-usb"
        owner = guest.run(f"stat -L -c '%U %G %a' /dev/kiosk/{node}").split()
        expect(owner == ["root", group, "660"], f"{node}: {owner}")
        status, output = guest.attempt(f"setpriv --reuid nobody --regid nogroup --clear-groups dd if=/dev/kiosk/{node} count=1")
        expect(status != 0 and "Permission denied" in output, f"nobody opened {node}: {output}")
        system = f"/sys/bus/usb/devices/{node.split('-', 1)[1]}"
        expect(guest.run(f"cat {system}/power/control").strip() == "on", f"{node} may sleep")
        persist = guest.run(f"cat {system}/power/persist 2>/dev/null || echo 0").strip()
        expect(persist == "0", f"{node} persists")
        properties = guest.run(f"udevadm info {system}")
        expect("ID_MM_DEVICE_IGNORE=1" in properties, f"ModemManager may probe {node}")
    expect("usblp" not in guest.run("lsmod"), "the kernel's printer driver is loaded")


RULES = "/etc/udev/rules.d/72-kiosk-seat.rules"


def seat_gets_no_device(guest, camera):
    """Whoever is logged in at the screen is given what has udev's tag `uaccess`, by logind (which this guest has not)."""
    readers = [f"/dev/kiosk/{name}" for name in guest.run("ls /dev/kiosk").split() if name.startswith("reader")]
    nodes = [camera, *guest.run("ls /dev/video* /dev/media* /dev/kiosk/* 2>/dev/null || true").split()]
    tagged = [node for node in nodes if has_seat_tag(guest, node)]
    expect(not tagged, f"the seat's user gets {tagged}")
    # By systemd's rules alone it would.
    guest.run(f"mv {RULES} /run/kept; udevadm control --reload; " + RETRIGGER)
    without = [node for node in [camera, *readers] if has_seat_tag(guest, node)]
    guest.run(f"mv /run/kept {RULES}; udevadm control --reload; " + RETRIGGER)
    expect(without == [camera, *readers], f"without {RULES} only {without} would be the seat's: this checks nothing")
    tagged = [node for node in nodes if has_seat_tag(guest, node)]
    expect(not tagged, f"the seat's user keeps {tagged}")


RETRIGGER = "udevadm trigger --subsystem-match=usb --subsystem-match=video4linux --subsystem-match=media; udevadm settle"


def has_seat_tag(guest, node):
    properties = guest.run(f"udevadm info -q property -n {node}").splitlines()
    tags = [line for line in properties if line.startswith("CURRENT_TAGS=")]
    return any(":uaccess:" in line for line in tags)


def port_power_is_switched(guest):
    """kioskd in its unit's cage switches a port off and on; a port of vhci_hcd tells no connection after that."""
    files = guest.run("for f in /sys/bus/usb/devices/*-0:1.0/usb*-port*/disable; do stat -c '%G %a' $f; done | sort -u")
    expect(files.strip() == "kiosk-usb 664", f"the ports' switches: {files}")
    others = guest.run("find /sys/devices -group kiosk-usb ! -name disable | head -3")
    expect(not others.strip(), f"kioskd may write more than the switches: {others}")
    answer = guest.run(kiosk.request("POST", "/v1/devices/printer/power-cycle"), limit=60)
    expect("it did not come back" in answer, f"the power was not switched: {answer}")
    guest.run(f"{kiosk.SAY} unplug printer; {kiosk.SAY} plug printer")


def socket_is_guarded(guest):
    someone = "setpriv --reuid nobody --regid nogroup --clear-groups"
    status, output = guest.attempt(f"{someone} {kiosk.get('/v1/status')}")
    expect(status != 0, f"nobody was answered: {output}")
    group = "setpriv --reuid nobody --regid kiosk --clear-groups"
    status, output = guest.attempt(f"{group} {kiosk.get('/v1/status')}")
    expect(status == 0 and "K-API" in output, f"the group kiosk connects, but has no role: {status} {output}")
    status, output = guest.attempt(f"{someone} ls /run/kiosk/")
    expect(status != 0 and "Permission denied" in output, f"nobody sees the API's folder: {output}")
    for folder in ["/run/kiosk-vision", "/var/lib/kiosk"]:
        status, output = guest.attempt(f"{someone} ls {folder}/")
        expect(status != 0 and "Permission denied" in output, f"nobody sees {folder}: {output}")


def devices_are_ready(guest, more):
    """What kioskd itself says of its devices, reached through libusb and libv4l by unprivileged users."""
    roles = ["reader", "idcard", "doctor-reader", "printer", "dispenser", *more]
    output = guest.run(
        f"for i in $(seq 200); do {kiosk.get('/v1/devices')} >/tmp/list; "
        f"[ $(grep -o '\"state\":\"ready\"' /tmp/list | wc -l) -ge {len(roles)} ] && break; sleep 0.5; done; "
        "cat /tmp/list", limit=150)
    states = {device["role"]: device["state"] for device in json.loads(output)["devices"]}
    for role in roles:
        expect(states.get(role) == "ready", f"{role} is not ready: {output[:3000]}")


def face_is_found(guest):
    """The face service as its own user, in its unit's cage, enrols a face that the kernel's camera shows."""
    photographs = " ".join(f"/opt/faces/faces/person-a-{number}.jpg" for number in [1, 2])
    for words in ["insert doctor card", "come closer", f"show {photographs}"]:
        guest.run(f"{kiosk.SAY} {words}")
    kiosk.sign_in(guest)
    answer = guest.run(kiosk.request("POST", "/v1/faces/D-0001", {"pin": kiosk.PIN, "by": "vm"}), limit=150)
    expect(answer.rstrip().endswith("200") and '"templates":2' in answer,
           f"{answer}\n" + guest.run("journalctl -n 20 --no-pager -u kiosk-visiond", check=False))


# Whether kiosk-visiond has a look under way: one of its connections is there twice in half a second. Its other answers
# take less.
LOOKING = ("for i in $(seq 200); do "
           "now=$(awk '$6 == \"03\" && /vision.sock$/ {print $7}' /proc/net/unix | tr '\\n' ' '); "
           "for one in $now; do case \" $former \" in *\" $one \"*) exit 0;; esac; done; "
           "former=$now; sleep 0.5; done; echo nobody looks; exit 1")
LOOK = "curl -s --max-time 100 --unix-socket " + kiosk.SOCKET + " http://kiosk/v1/face-quality"


def camera_recovers(guest, link, times):
    """Unplugged in the middle of a look, and once while nobody looks: each time a fault or nothing, then pictures."""
    guest.run(f"{kiosk.SAY} show nobody")
    for number in range(times):
        # The camera is warm: it streams before the look begins, and a look goes on for seconds.
        guest.run(f"(/opt/kiosk/bin/{LOOK} >/tmp/look; touch /tmp/look-ended) >/dev/null 2>&1 & ({LOOKING}) && "
                  f"{kiosk.SAY} unplug camera")
        guest.run("for i in $(seq 300); do [ -e /tmp/look-ended ] && break; sleep 0.1; done")
        seen = guest.run("cat /tmp/look; rm /tmp/look /tmp/look-ended")
        expect("K-FAC-004" in seen, f"unplugged in look {number + 1}: {seen}")
        plug_camera(guest, link)
        sees(guest, f"after unplug {number + 1}")
    guest.run(f"{kiosk.SAY} unplug camera; for i in $(seq 100); do [ -e {link} ] || exit 0; sleep 0.1; done; exit 1")
    plug_camera(guest, link)
    guest.run(f"{kiosk.SAY} show /opt/faces/faces/person-a-3.jpg")
    good = sees(guest, "after an unplug while nobody looked")["good"]
    expect(good > 0, "a face is not seen well after the unplugs")


def plug_camera(guest, link):
    guest.run(f"{kiosk.SAY} plug camera; for i in $(seq 200); do "
              f"[ \"$(stat -L -c %G {link} 2>/dev/null)\" = kiosk-camera ] && exit 0; sleep 0.1; done; exit 1", limit=40)


def sees(guest, when):
    """What a look through the camera sees; at least one picture."""
    answer = guest.run(f"/opt/kiosk/bin/{LOOK}", limit=110)
    quality = json.loads(answer)
    expect(quality.get("pictures", 0) > 0,
           f"{when}: {answer}\n" + guest.run("journalctl -n 20 --no-pager -u kiosk-visiond", check=False))
    return quality


CASES = [Case("services-and-users", 480, services, long_limit=1500)]
