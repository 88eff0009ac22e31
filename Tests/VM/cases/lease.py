"""What a camera costs that is only kept warm: kiosk-visiond in its unit, beside a program that does nothing else."""

from cases import kiosk
from cases.case import Case, expect

SECONDS = 24
# What the issue allows; of an emulated processor, which is slower than any kiosk's.
MOST = 2.0
STATISTICS = "/sys/kernel/debug/usb/uvcvideo/*/stats"
# One message of the face service's socket: four bytes of length, then JSON. perl is in every Debian.
WARM = ("perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(\"/run/kiosk-vision/vision.sock\") or die; "
        "$m = q({\"version\":1,\"type\":\"warm\"}); print $s pack(\"N\", length $m) . $m; $s->flush; "
        "read $s, $l, 4; read $s, $m, unpack(\"N\", $l); print $m'")


def leased(bench):
    with bench.guest() as guest:
        kiosk.install(guest)
        kiosk.start_laboratory(guest)
        link = kiosk.camera_link(guest)
        kiosk.configure(guest, camera=f"v4l2:{link}")
        kiosk.start(guest)
        guest.run("mount -t debugfs none /sys/kernel/debug")
        answer = guest.run(WARM, limit=60)
        expect("warming" in answer, f"not leased: {answer}")
        own = cost(guest, "$(systemctl show -P MainPID kiosk-visiond)")
        guest.run("systemctl stop kioskd kiosk-visiond", limit=60)
        # The least that anybody can do: each buffer is taken and given back.
        guest.run(f"v4l2-ctl -d {link} --set-fmt-video=width=640,height=480,pixelformat=MJPG --stream-mmap=8 "
                  "--stream-count=1000000 >/dev/null 2>&1 & echo $! >/run/peer")
        peer = cost(guest, "$(cat /run/peer)")
        guest.run("kill $(cat /run/peer)")
        note = (f"kiosk-visiond {own.share:.1f} % of an emulated processor at {own.rate:.1f} pictures a second, "
                f"v4l2-ctl --stream-mmap {peer.share:.1f} % at {peer.rate:.1f}: {own.each / peer.each:.2f} x a picture")
        expect(own.share <= MOST, f"a warm camera costs more than {MOST} %: {note}")
        return note


class Cost:
    def __init__(self, used, pictures, seconds):
        self.share = 100 * used / seconds
        self.rate = pictures / seconds
        # A tick at least: less can't be told from nothing.
        self.each = max(used, 0.01) / pictures


def cost(guest, process):
    """What a process takes of one processor while it holds the camera (proc(5), stat: utime and stime)."""
    look = f"cut -d' ' -f14,15 /proc/$p/stat; cut -d' ' -f1 /proc/uptime; sed -n 's/^frames: *//p' {STATISTICS}"
    # Past the pictures in which exposure settles.
    output = guest.run(f"p={process}; sleep 3; {look}; sleep {SECONDS}; {look}; getconf CLK_TCK", limit=90)
    numbers = [float(word) for word in output.split()]
    expect(len(numbers) == 9, f"no pictures stream: {output}")
    (user, system, begun, first), (user_after, system_after, ended, last) = numbers[:4], numbers[4:8]
    seconds = ended - begun
    # Slower than any camera means that this measures nothing.
    expect(last - first >= 5 * seconds, f"{last - first:.0f} pictures in {seconds:.0f} s")
    return Cost((user_after + system_after - user - system) / numbers[8], last - first, seconds)


CASES = [Case("leased-camera", 300, leased)]
