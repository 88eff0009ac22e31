"""The kiosk as it is installed: units, users, rules; with the laboratory's devices attached to the guest's kernel."""

import json
import time

from cases.case import expect

SOCKET = "/run/kiosk/kioskd.sock"
PIN = "123456"
SAY = "/opt/kiosk/bin/kiosk-lab say /lab"


def get(path, socket=SOCKET):
    """A command that asks the local API and prints its answer."""
    return f"/opt/kiosk/bin/curl -s --max-time 10 --unix-socket {socket} http://kiosk{path}"


def request(method, path, body=None):
    parts = [f"/opt/kiosk/bin/curl -s --max-time 100 --unix-socket {SOCKET}", f"-X {method}",
             "-w '\\n%{http_code}'"]
    if method != "GET":
        parts.append("-H \"Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)\" -H 'Content-Type: application/json'")
        parts.append("-d '" + json.dumps(body or {}, ensure_ascii=False) + "'")
    return " ".join(parts) + f" http://kiosk{path}"


def install(guest):
    guest.run("bash /run/tools/install", limit=60)


def start_laboratory(guest):
    """The laboratory in the guest, its devices attached through vhci_hcd."""
    guest.run("systemd-run -q --unit=laboratory /opt/kiosk/bin/kiosk-lab serve /lab --attach")
    guest.run(
        "for i in $(seq 120); do " + SAY + " status >/dev/null 2>&1 && exit 0; sleep 0.25; done; "
        "journalctl -u laboratory | tail -20; exit 1", limit=60)


def camera_link(guest):
    """The camera by the path of its port."""
    return guest.run("for i in $(seq 100); do ls /dev/v4l/by-path/*-video-index0 2>/dev/null && exit 0; sleep 0.1; done; "
                     "ls -R /dev/v4l; exit 1").strip()


def configure(guest, camera="folder:/lab/camera"):
    """kioskd's configuration as a package would have it: keys are credentials, state and sockets the units' own."""
    guest.run("""
        cp /lab/store.key /etc/kiosk/store.key; cp /lab/device.pem /etc/kiosk/device.key
        chmod 600 /etc/kiosk/*.key
        sed -e 's#^data = .*#data = "/var/lib/kiosk"#' -e 's#^socket = .*#socket = "/run/kiosk/kioskd.sock"#' \
            -e 's#^vision_socket = .*#vision_socket = "/run/kiosk-vision/vision.sock"#' \
            -e '/^\\[identity\\]/d' -e '/^key_file/d' -e '/^device_key_file/d' \
            /lab/kioskd.toml >/etc/kiosk/kioskd.toml
        printf '%s\\n' KIOSK_CAMERA=@CAMERA@ 'KIOSK_CAMERA_OPTIONS="--camera-usb 1209:0006 --camera-format mjpeg"' \
            'KIOSK_VISION_OPTIONS="--policy lab"' >/etc/kiosk/visiond.env
        chmod 755 /lab
    """.replace("@CAMERA@", camera))


def start(guest):
    status, output = guest.attempt("systemctl start kioskd", limit=120)
    if status != 0:
        output += guest.run("journalctl -n 60 --no-pager -u kioskd -u kiosk-visiond", check=False)
    expect(status == 0, output)


def sign_in(guest):
    """The doctor's card and PIN, once the reader has the card."""
    guest.run(f"for i in $(seq 60); do {request('POST', '/v1/session', {'pin': PIN})} >/tmp/session; "
              "tail -n 1 /tmp/session | grep -q '^20' && exit 0; sleep 0.5; done; cat /tmp/session; exit 1", limit=60)


def journal_is_quiet(guest):
    """Nothing of what the runtime asks for is refused by the units (LimitNICE)."""
    lines = guest.run("journalctl --no-pager -u kioskd -u kiosk-visiond | grep -i 'thread priority' || true").splitlines()
    expect(not lines, f"{len(lines)} times in the journal: {lines[-1] if lines else ''}")


class Caller:
    """An installed kiosk's API, asked from outside the guest."""

    def __init__(self, guest):
        self.guest = guest

    def call(self, method, path, body=None):
        status, answer = self.attempt(method, path, body)
        expect(200 <= status < 300, f"{method} {path}: {status} {answer}")
        return answer

    def attempt(self, method, path, body=None):
        output = self.guest.run(request(method, path, body), limit=60)
        answer, status = output.rsplit("\n", 1)
        return int(status), json.loads(answer) if answer.strip() else {}

    def until(self, what, limit, ask):
        deadline = time.monotonic() + limit
        while not (found := ask()):
            expect(time.monotonic() < deadline, f"{what} did not come: "
                   + self.guest.run("journalctl -n 25 --no-pager -u kioskd -u pcscd", check=False))
            time.sleep(0.2)
        return found
