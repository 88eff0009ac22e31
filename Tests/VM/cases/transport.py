"""The transports' contract through libusb and the kernel's host controller driver."""

import re

from cases.case import Case, expect

TESTS = "/opt/kiosk/bin/kiosk-agentPackageTests.xctest --testing-library swift-testing"


def swift_tests(guest, filters, environment="", limit=300, summary=True):
    """Runs Swift tests in the guest. Returns their last line, or the whole output; none run is a failure, too."""
    arguments = " ".join(f"--filter '{name}'" for name in filters)
    status, output = guest.attempt(f"cd /tmp && {environment} {TESTS} {arguments}", limit)
    lines = [line for line in output.splitlines() if line.strip()]
    failures = [line for line in lines if any(mark in line for mark in ["✘", "↳", "Fatal", "rror:"])]
    expect(status == 0, f"status {status}\n" + "\n".join((failures or lines)[-40:]))
    last = next((line for line in reversed(lines) if "Test run with" in line), "")
    expect(last and "with 0 tests" not in last, "no test ran:\n" + "\n".join(lines[-10:]))
    if not summary:
        return output
    return last.split("Test run with ")[-1].split(" passed")[0]


CONTRACT = [
    "USBSuites/ArrivalContract", "USBSuites/TransferContract", "USBSuites/LyingDeviceContract", "USBSuites/LibUSB",
    "USBSuites/KernelRecovery"]


def contract(bench):
    with bench.guest() as guest:
        return swift_tests(guest, CONTRACT, "KIOSK_USB_CONTRACT=libusb", limit=280)


def hotplug(bench):
    """A thousand times plugged and unplugged; in the short form as often as fifty seconds allow, as the note says."""
    seconds, least = (1200, CYCLES) if bench.is_long else (50, 50)
    with bench.guest() as guest:
        output = swift_tests(
            guest, ["USBSuites/ArrivalContract/.*plug.cycle.after"],
            f"KIOSK_USB_CONTRACT=libusb KIOSK_USB_CYCLES={CYCLES} KIOSK_USB_CYCLES_SECONDS={seconds}",
            limit=seconds + 200, summary=False)
        done = re.search(r"plug cycles over libusb: (\d+)", output)
        expect(done and int(done[1]) >= least, f"too few cycles: {output[-2000:]}")
        return f"{done[1]} of {CYCLES} cycles" + ("" if bench.is_long else f" in {seconds} s; --long does all")


def planted(bench):
    with bench.guest() as guest:
        environment = "KIOSK_USB_CONTRACT=libusb KIOSK_PLANTED_BUG=freed-transfer"
        return swift_tests(guest, ["USBSuites/TransferContract"], environment, limit=120)


CYCLES = 1000
CASES = [Case("transport-contract", 320, contract), Case("thousand-hotplugs", 300, hotplug, long_limit=1500)]
PLANTED = [Case("planted-freed-transfer", 180, planted, sign="status 134")]
