#!/usr/bin/env python3
"""Meets the shipping code with a real Linux kernel: one guest per test, restored from one snapshot.

Usage: run.py [--long] [--binaries FOLDER] [NAME…]    (script/test vm [--long] [NAME…])
NAME is a test or a part of its name; `planted` runs the planted bugs and fails where one is not caught.
With --long (or KIOSK_LONG=1) every count is reached, however long that takes.
With KIOSK_FACES (photographs) and KIOSK_MODELS (face models) faces are compared in the guest; without, it says so.
"""

import argparse
import hashlib
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time
import traceback

import image
import machine
import programs
from cases import CASES, PLANTED

ROOT = pathlib.Path(__file__).resolve().parents[2]
# QEMU and what the image is made with, by the Debian package that has it.
NEEDED = {
    machine.PROGRAM: "qemu-system-x86", "mmdebstrap": "mmdebstrap", "mke2fs": "e2fsprogs", "depmod": "kmod",
    "cpio": "cpio", "busybox": "busybox-static", "strip": "binutils",
}


def say(text):
    print(f"vm: {text}", flush=True)


class Bench:
    """What the tests of one run share."""

    def __init__(self, folder, binaries, is_long=False):
        self.folder = folder
        self.binaries = binaries
        self.is_long = is_long
        self.image = image.prepare(say)
        self.programs = programs.prepare(binaries)
        # Of this run alone: photographs are kept nowhere.
        self.faces = programs.prepare_faces(
            folder / "faces.ext4", os.environ.get("KIOSK_FACES"), os.environ.get("KIOSK_MODELS"))
        self.state = self.snapshot()

    def snapshot(self):
        """The booted guest, once per image and QEMU."""
        version = image.run(machine.PROGRAM, "--version") + " ".join(machine.ARGUMENTS) + machine.KERNEL
        state = self.image / f"ready-{hashlib.sha256(version.encode()).hexdigest()[:12]}.state"
        if not state.exists():
            started = time.monotonic()
            with machine.Machine(self.image) as guest:
                guest.run("udevadm settle; modprobe -a vhci_hcd; echo 3 >/proc/sys/vm/drop_caches; sync")
                guest.snapshot(state)
            say(f"booted and stored in {time.monotonic() - started:.0f} s")
        return state

    def guest(self):
        """A fresh guest with the programs in /opt/kiosk; to be used with `with`."""
        return Guest(self)


class Guest(machine.Machine):
    def __init__(self, bench):
        super().__init__(bench.image, bench.state)
        self.bench = bench

    def start(self, limit=240):
        super().start(limit)
        disk = self.add_disk(
            "programs", {"driver": "file", "filename": str(self.bench.programs), "read-only": True})
        self.run(f"mkdir -p /run/tools; mount -t ext4 -o ro {disk} /opt/kiosk; cp /opt/kiosk/tools/* /run/tools/; "
                 "echo /opt/kiosk/lib >/etc/ld.so.conf.d/00-kiosk.conf; ldconfig")
        return self

    def add_faces(self):
        """Models and photographs in /opt/faces; False where the run has none."""
        if not self.bench.faces:
            return False
        disk = self.add_disk("faces", {"driver": "file", "filename": str(self.bench.faces), "read-only": True})
        self.run(f"mkdir -p /opt/faces; mount -t ext4 -o ro {disk} /opt/faces")
        return True


class Late(Exception):
    pass


def judge(case, bench):
    """Runs one test. Returns its verdict, in words where it failed."""
    limit = case.long_limit if bench.is_long and case.long_limit else case.limit

    def late(*_):
        raise Late(f"not done after {limit} s")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(limit)
    try:
        return case.run(bench) or ""
    finally:
        signal.alarm(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=pathlib.Path, default=ROOT / ".build/debug")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()

    missing = sorted({package for program, package in NEEDED.items() if not shutil.which(program)})
    if missing:
        say(f"missing: {' '.join(missing)}. script/setup installs them; without QEMU nothing here has been tested.")
        return 2
    planted = options.names == ["planted"]
    chosen = PLANTED if planted else [
        case for case in CASES if not options.names or any(name in case.name for name in options.names)]
    if not chosen:
        say(f"no test {' '.join(options.names)}; there are: {', '.join(case.name for case in CASES)}, planted")
        return 64
    # Both end the guests; Ctrl-C also where a script started this in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    results = []
    with tempfile.TemporaryDirectory(prefix="kiosk-vm-run.") as folder:
        is_long = options.long or os.environ.get("KIOSK_LONG") == "1"
        bench = Bench(pathlib.Path(folder), options.binaries.resolve(), is_long)
        if not bench.faces:
            say("faces are not compared in the guest: that needs KIOSK_FACES (photographs) and KIOSK_MODELS (models)")
        for case in chosen:
            say(f"{case.name} …")
            started = time.monotonic()
            try:
                note, passed = judge(case, bench), True
            except (Exception, Late) as error:
                note, passed = str(error) or repr(error), False
                if not isinstance(error, (machine.GuestError, Late, AssertionError)):
                    traceback.print_exc()
            if planted:
                # Here a test that passes has not seen the bug.
                passed = not passed and case.sign in note
                note = f"caught: {case.sign}" if passed else f"NOT CAUGHT: {note}"
            if not passed:
                print(note, flush=True)
            results.append((case.name, passed, time.monotonic() - started, note))
            say(f"{case.name}: {'ok' if passed else 'FAILED'} in {results[-1][2]:.1f} s")

    print(f"\n{'test':<34} {'verdict':<8} {'seconds':>8}")
    for name, passed, seconds, note in results:
        first = note.strip().splitlines()[0][:300] if note.strip() else ""
        print(f"{name:<34} {'ok' if passed else 'FAILED':<8} {seconds:8.1f}  {first}")
    return 0 if all(passed for _, passed, *_ in results) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (image.ImageError, machine.GuestError) as error:
        say(str(error))
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
