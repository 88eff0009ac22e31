"""One QEMU guest: start or restore it, run commands in it, plug things, end it. Ends only the process it started."""

import base64
import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PROGRAM = "qemu-system-x86_64"
# KVM is never used: the run must be the same on machines that lend no virtualization. Without AVX, because emulated it
# is many times slower than SSE: the face models then need half a minute to start instead of minutes.
CPU = "max,-avx,-avx2,-fma,-f16c"
ARGUMENTS = [
    PROGRAM, "-accel", "tcg,thread=multi,tb-size=512", "-cpu", CPU, "-machine", "pc", "-smp", "2", "-m", "1024",
    "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
    "-device", "virtio-rng-pci", "-device", "qemu-xhci,id=xhci", "-device", "virtio-serial-pci",
]
KERNEL = (
    "console=ttyS0 panic=-1 quiet nokaslr mitigations=off net.ifnames=0 tsc=reliable no_timer_check "
    "systemd.show_status=0 audit=0 apparmor=0 random.trust_cpu=on usbcore.autosuspend=-1")


def end_with_parent():
    """In the child: where this program is killed and can't end its guest, the kernel does (prctl(2))."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    # What runs inside has deadlines as on a machine of its own; where this is root, other work does not stretch them.
    with contextlib.suppress(PermissionError):
        os.nice(-10)
    # Where sessions share the processor (sched(7), autogroups), niceness counts within one; this session's counts here.
    with contextlib.suppress(OSError):
        pathlib.Path("/proc/self/autogroup").write_text("-10")


class GuestError(Exception):
    pass


class Machine:
    def __init__(self, image, state=None):
        self.image = pathlib.Path(image)
        self.state = state
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kiosk-vm."))
        self.process = None
        self.sockets = []
        self.number = 0
        self.received = b""

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def arguments(self):
        image, folder = self.image, self.folder
        result = ARGUMENTS + [
            "-kernel", f"{image}/vmlinux", "-initrd", f"{image}/initrd.gz", "-append", KERNEL,
            "-drive", f"file={image}/root.ext4,format=raw,if=none,id=root,readonly=on,cache=unsafe",
            "-device", "virtio-blk-pci,drive=root",
            "-chardev", f"socket,id=agent,path={folder}/agent,server=on,wait=off",
            "-device", "virtserialport,chardev=agent,name=kiosk.agent",
            "-serial", f"file:{folder}/console", "-qmp", f"unix:{folder}/qmp,server=on,wait=off",
        ]
        return result + (["-incoming", f"exec:cat {self.state}"] if self.state else [])

    def start(self, limit=240):
        deadline = time.monotonic() + limit
        log = open(self.folder / "qemu.log", "wb")
        # A session of its own: Ctrl-C reaches this program, which then ends its guest itself.
        self.process = subprocess.Popen(
            self.arguments(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            preexec_fn=end_with_parent)
        log.close()
        control = self.connect("qmp")
        control.settimeout(60)
        self.control = control.makefile("rw")
        self.control.readline()
        self.qmp("qmp_capabilities")
        self.agent = self.connect("agent")
        if self.state:
            while self.qmp("query-status")["status"] != "running":
                if self.qmp("query-status")["status"] == "paused":
                    self.qmp("cont")
                self.check(deadline, "the restore")
                time.sleep(0.02)
            # The guest's clock stood still while it was stored.
            self.run(f"date -s @{time.time():.0f}", limit=60)
        else:
            self.line(deadline)
        return self

    def connect(self, name):
        deadline = time.monotonic() + 30
        while True:
            try:
                connection = socket.socket(socket.AF_UNIX)
                connection.connect(str(self.folder / name))
                self.sockets.append(connection)
                return connection
            except OSError:
                connection.close()
                self.check(deadline, f"QEMU's socket {name}")
                time.sleep(0.02)

    def check(self, deadline, what):
        if self.process.poll() is not None:
            raise GuestError(f"QEMU ended with {self.process.returncode}: {self.tail()}")
        if time.monotonic() > deadline:
            raise GuestError(f"{what} took too long: {self.tail()}")

    def tail(self):
        text = ""
        for name in ["qemu.log", "console"]:
            path = self.folder / name
            if path.exists():
                text += path.read_text(errors="replace")[-1500:]
        return text

    def qmp(self, command, **arguments):
        self.control.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.control.flush()
        while True:
            answer = json.loads(self.control.readline() or '{"error": "QEMU ended"}')
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise GuestError(f"{command}: {answer['error']}")

    # What the agent answers

    def take(self, deadline):
        self.agent.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            data = self.agent.recv(1 << 16)
        except TimeoutError:
            raise GuestError(f"no result in time: {self.tail()}") from None
        if not data:
            raise GuestError(f"the guest is gone: {self.tail()}")
        self.received += data

    def line(self, deadline):
        while b"\n" not in self.received:
            self.take(deadline)
        line, self.received = self.received.split(b"\n", 1)
        return line.decode(errors="replace").split()

    def run(self, command, limit=60, check=True):
        """A shell command's output. Its end must arrive: silence is an error. With `check` so is a bad status."""
        status, output = self.attempt(command, limit)
        if check and status != 0:
            raise GuestError(f"{command.strip()[:200]}: status {status}\n{output[-6000:]}")
        return output

    def attempt(self, command, limit=60):
        self.number += 1
        deadline = time.monotonic() + limit + 20
        request = f"{self.number} {limit:.0f} {base64.b64encode(command.encode()).decode()}\n"
        self.agent.settimeout(30)
        self.agent.sendall(request.encode())
        number, status, size = self.line(deadline)
        if int(number) != self.number:
            raise GuestError(f"answer {number} to request {self.number}")
        while len(self.received) < int(size):
            self.take(deadline)
        output, self.received = self.received[: int(size)], self.received[int(size) :]
        return int(status), output.decode(errors="replace")

    def fetch(self, path):
        """A small file's content, from the guest."""
        return base64.b64decode(self.run(f"base64 -w 0 {path}"))

    # What can be plugged in

    def add_disk(self, name, node):
        """A virtio disk with the serial `name` on a block node; returns once the guest has it."""
        self.qmp("blockdev-add", **{"node-name": name, **node})
        self.qmp("device_add", driver="virtio-blk-pci", drive=name, id=f"disk-{name}", serial=name)
        self.run(
            f"for i in $(seq 200); do for d in /sys/block/vd*; do [ \"$(cat $d/serial)\" = {name} ] && "
            f"[ -e /dev/${{d##*/}} ] && ln -sf /dev/${{d##*/}} /run/disk-{name} && exit 0; done; sleep 0.05; done; exit 1")
        return f"/run/disk-{name}"

    def add_network(self):
        """A network on which 10.0.2.2 is this machine's loopback."""
        self.qmp("netdev_add", type="user", id="net")
        self.qmp("device_add", driver="virtio-net-pci", netdev="net", id="network")
        self.run(
            "for i in $(seq 200); do [ -e /sys/class/net/eth0 ] && break; sleep 0.05; done; "
            "ip link set lo up; ip address add 10.0.2.15/24 dev eth0; ip link set eth0 up")

    def snapshot(self, path):
        self.qmp("stop")
        self.qmp("migrate", uri=f"exec:cat >{path}.new")
        while True:
            status = self.qmp("query-migrate").get("status")
            if status == "completed":
                break
            if status == "failed":
                raise GuestError("the snapshot failed")
            time.sleep(0.05)
        os.rename(f"{path}.new", path)

    def kill(self):
        """The power is gone, now."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def end(self):
        self.kill()
        for connection in self.sockets:
            connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)
