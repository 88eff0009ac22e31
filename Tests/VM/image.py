"""Builds the guest from Debian packages: kernel, root file system, initrd; kept by a hash of what they are made from."""

import fcntl
import hashlib
import lzma
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SUITE = "bookworm"
PACKAGES = [
    "systemd-sysv", "udev", "dbus", "kmod", "procps", "iproute2", "usbutils", "usbip", "v4l-utils", "e2fsprogs",
    "util-linux", "ca-certificates", "fonts-wqy-zenhei", "pcscd", "libccid",
]
# What the tests load; their dependencies are added. The whole tree would be 390 MB.
MODULES = [
    "virtio_pci", "virtio_blk", "virtio_net", "virtio_console", "virtio_rng", "ext4", "overlay", "crc32c_generic",
    "vivid", "uvcvideo", "vhci_hcd", "xhci_pci", "usbserial", "ftdi_sio", "cdc_acm", "usblp",
    "usb_storage", "sd_mod", "usbhid", "hid_generic", "configfs", "autofs4",
]
INITRD_MODULES = {
    "virtio", "virtio_pci", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_ring", "virtio_blk", "ext4",
    "jbd2", "mbcache", "crc16", "crc32c_generic", "libcrc32c", "overlay",
}
# Services that only cost emulated time here.
MASKED = """
getty@tty1.service serial-getty@ttyS0.service getty.target systemd-random-seed.service e2scrub_reap.service
e2scrub_all.timer apt-daily.timer apt-daily-upgrade.timer fstrim.timer dpkg-db-backup.timer systemd-timesyncd.service
systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-logind.service usbipd.service
systemd-user-sessions.service dbus.service dbus.socket proc-sys-fs-binfmt_misc.automount systemd-binfmt.service
systemd-hwdb-update.service systemd-pcrphase.service systemd-pcrphase-sysinit.service systemd-pcrmachine.service
sys-kernel-debug.mount sys-kernel-tracing.mount dev-hugepages.mount dev-mqueue.mount modprobe@drm.service
modprobe@efi_pstore.service modprobe@configfs.service sys-kernel-config.mount
systemd-pstore.service systemd-ask-password-console.path systemd-ask-password-wall.path
""".split()


class ImageError(Exception):
    pass


def run(*command, **options):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if result.returncode != 0:
        raise ImageError(f"{' '.join(map(str, command))}:\n{result.stdout[-3000:]}")
    return result.stdout


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(base) / "kiosk-vm"


def kernel_package():
    """Debian's current kernel, as NAME and VERSION."""
    depends = run("apt-cache", "depends", "linux-image-amd64")
    names = [line.split()[-1] for line in depends.splitlines() if "Depends: linux-image-" in line]
    if not names:
        raise ImageError("apt knows no linux-image-amd64; run apt-get update as root")
    version = next(
        line.split()[-1] for line in run("apt-cache", "policy", names[0]).splitlines() if "Candidate:" in line)
    return names[0], version


def prepare(say):
    """The folder with vmlinux, root.ext4 and initrd.gz; built where it is not there yet."""
    name, version = kernel_package()
    key = hashlib.sha256(f"{name} {version}\n".encode())
    for source in [HERE / "image.py", *sorted((HERE / "guest").iterdir())]:
        key.update(source.read_bytes())
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / key.hexdigest()[:16]
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            say(f"building the guest from {name} {version} (some minutes, once)")
            build(folder, name)
            keep_newest(cache, folder)
    os.utime(folder)
    return folder


def keep_newest(cache, current, count=2):
    """Older guests are not coming back."""
    others = sorted((p for p in cache.iterdir() if p.is_dir() and p != current), key=lambda p: p.stat().st_mtime)
    for stale in others[: max(0, len(others) - count + 1)]:
        shutil.rmtree(stale)


def build(folder, kernel):
    if os.geteuid() != 0:
        raise ImageError("building the guest needs root once, for its files' owners; run as root")
    work = pathlib.Path(tempfile.mkdtemp(prefix="build.", dir=folder.parent))
    try:
        release = kernel.removeprefix("linux-image-")
        unpack_kernel(work, kernel)
        (work / "vmlinux").write_bytes(uncompressed((work / f"kernel/boot/vmlinuz-{release}").read_bytes()))
        take_modules(work, release)
        make_root(work)
        make_initrd(work, release)
        for part in ["kernel", "modules", "root", "initrd"]:
            shutil.rmtree(work / part)
        work.rename(folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise


def unpack_kernel(work, kernel):
    download = work / "initrd"
    download.mkdir()
    run("apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", kernel, cwd=download)
    package = next(download.glob("*.deb"))
    run("dpkg-deb", "-x", package, work / "kernel")
    package.unlink()


def uncompressed(image):
    """The ELF in a bzImage with an xz payload (Linux x86 boot protocol: setup_sects, payload_offset, payload_length)."""
    setup = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (setup + 1) * 512 + offset
    return lzma.LZMADecompressor().decompress(image[start : start + length])


def take_modules(work, release):
    source, target = work / "kernel", work / "modules"
    run("depmod", "-b", source, release)
    wanted = set()
    for name in MODULES:
        for line in run("modprobe", "-d", source, "-S", release, "--show-depends", name).splitlines():
            if line.startswith("insmod "):
                wanted.add(pathlib.Path(line.split()[1]).relative_to(source))
    for path in wanted:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / path, target / path)
    for name in ["modules.builtin", "modules.order", "modules.builtin.modinfo"]:
        shutil.copy(source / "lib/modules" / release / name, target / "lib/modules" / release / name)
    run("depmod", "-b", target, release)


def make_root(work):
    root = work / "root"
    root.mkdir()
    sources = work / "sources.list"
    mirror = run("bash", "-c", "grep -hs '^deb ' /etc/apt/sources.list /etc/apt/sources.list.d/*.list || true")
    lines = [line for line in mirror.splitlines() if SUITE in line]
    sources.write_text("\n".join(lines or [f"deb http://deb.debian.org/debian {SUITE} main"]) + "\n")
    run(
        "mmdebstrap", "--quiet", "--variant=minbase", "--include=" + ",".join(PACKAGES),
        "--aptopt=Apt::Install-Recommends false", "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
        "--customize-hook=rm -rf \"$1\"/var/lib/apt/lists/* \"$1\"/var/cache/apt/*", SUITE, work / "root.tar", sources)
    run("tar", "-C", root, "-xf", work / "root.tar")
    (work / "root.tar").unlink()
    sources.unlink()
    shutil.copytree(work / "modules/lib/modules", root / "lib/modules", symlinks=True)
    (root / "etc/hostname").write_text("kiosk\n")
    (root / "etc/fstab").write_text("")
    (root / "opt/kiosk").mkdir(parents=True)
    units = root / "etc/systemd/system"
    shutil.copy(HERE / "guest/agent.service", units)
    shutil.copy(HERE / "guest/agent", root / "usr/local/sbin/agent")
    os.chmod(root / "usr/local/sbin/agent", 0o755)
    (units / "multi-user.target.wants").mkdir(exist_ok=True)
    (units / "multi-user.target.wants/agent.service").symlink_to("../agent.service")
    for unit in MASKED:
        (units / unit).unlink(missing_ok=True)
        (units / unit).symlink_to("/dev/null")
    make_ext4(root, work / "root.ext4", spare=64 << 20)


def make_ext4(source, image, spare=16 << 20):
    """An ext4 image with a folder's content; no loop device, no mount."""
    used = int(run("du", "-s", "--block-size=1", "--apparent-size", source).split()[0])
    with open(image, "wb") as file:
        file.truncate((used * 115 // 100 + spare) // 4096 * 4096)
    run("mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", "-N", "60000", "-d", source, image)


def make_initrd(work, release):
    initrd = work / "initrd"
    for path in sorted((work / "modules").rglob("*.ko")):
        if path.stem in INITRD_MODULES:
            target = initrd / path.relative_to(work / "modules")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    for name in ["modules.builtin", "modules.order"]:
        shutil.copy(work / "modules/lib/modules" / release / name, initrd / "lib/modules" / release / name)
    run("depmod", "-b", initrd, release)
    (initrd / "bin").mkdir()
    shutil.copy("/bin/busybox", initrd / "bin/busybox")
    shutil.copy(HERE / "guest/init", initrd / "init")
    os.chmod(initrd / "init", 0o755)
    run("bash", "-c", "find . | cpio -o -H newc --quiet | gzip -1 >../initrd.gz", cwd=initrd)
