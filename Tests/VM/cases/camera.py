"""The camera's capture through libv4l2 and uvcvideo, on a simulated camera attached to the guest's kernel."""

import re

from cases.case import Case, expect
from cases.transport import swift_tests

ENVIRONMENT = "KIOSK_CAMERA_KERNEL=1"
SUITE = "CameraKernelTests"


def prepare(guest):
    # vivid is a camera made of software; as its second half it would also be a display.
    guest.run("modprobe -a vhci_hcd uvcvideo; modprobe vivid n_devs=1 node_types=0x1; udevadm settle", limit=60)


def capture(bench):
    with bench.guest() as guest:
        prepare(guest)
        unplugs, pictures, limit = (50, 300, 880) if bench.is_long else (5, 100, 340)
        output = swift_tests(
            guest, [SUITE], f"{ENVIRONMENT} KIOSK_CAMERA_UNPLUGS={unplugs} KIOSK_CAMERA_YUYV={pictures}", limit=limit,
            summary=False)
        kernel = guest.run("dmesg | grep -E 'BUG|Oops|WARNING|uvcvideo.*(error|rror|Failed)' || true")
        expect("BUG" not in kernel and "Oops" not in kernel, kernel)
        told = re.findall(r"^(mjpeg: .*|yuyv: .*|unplugged .*)$", output, re.MULTILINE)
        return "; ".join(told)


def kept_buffer(bench):
    """A frame buffer that is looked at after it went back to the driver: torn pictures must be seen."""
    with bench.guest() as guest:
        prepare(guest)
        return swift_tests(
            guest, [f"{SUITE}/.*whole"], f"{ENVIRONMENT} KIOSK_PLANTED_BUG=kept-frame-buffer", limit=120)


CASES = [Case("camera-capture", 400, capture, long_limit=960)]
PLANTED = [Case("kept-frame-buffer", 180, kept_buffer, sign="one picture with shades from")]
