"""Puts the built programs, the shared libraries they need, the units and the rules on one ext4 image."""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import image

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAMS = ["kioskd", "kiosk-visiond", "kioskctl", "kiosk-lab"]
TESTS = "kiosk-agentPackageTests.xctest"
# The guest has these itself; a second C library beside its loader would not run.
GUEST_HAS = re.compile(r"^(ld-linux|libc|libm|libdl|libpthread|librt|libresolv|libutil|libnss_.*)[.-]")


def prepare(binaries):
    """The image, made anew where anything in it changed."""
    key = hashlib.sha256(pathlib.Path(__file__).read_bytes())
    for path in [*(binaries / name for name in [*PROGRAMS, TESTS]), *small_files()]:
        if not path.exists():
            raise image.ImageError(f"{path} is not built; run script/build --build-tests")
        key.update(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}\n".encode())
    target = image.cache_folder() / f"programs-{key.hexdigest()[:16]}.ext4"
    if not target.exists():
        for stale in sorted(target.parent.glob("programs-*.ext4"), key=lambda path: path.stat().st_mtime)[:-1]:
            stale.unlink()
        made = target.with_suffix(f".{os.getpid()}")
        try:
            make(made, binaries)
            made.rename(target)
        finally:
            made.unlink(missing_ok=True)
    return target


def prepare_faces(target, faces, models):
    """An image with the folders `faces` and `models`; None where the photographs or the models are not there."""
    if not faces or not models or not (pathlib.Path(faces) / "person-a-1.jpg").exists():
        return None
    if len(list(pathlib.Path(models).glob("*.onnx"))) < 4:
        return None
    with tempfile.TemporaryDirectory(prefix="kiosk-vm-faces.") as folder:
        shutil.copytree(faces, pathlib.Path(folder) / "faces")
        shutil.copytree(models, pathlib.Path(folder) / "models")
        os.chmod(folder, 0o755)
        image.make_ext4(folder, target)
    return target


def small_files():
    return [path for folder in [ROOT / "systemd", ROOT / "udev", HERE / "guest-tools"]
            for path in sorted(folder.iterdir())]


def make(target, binaries):
    with tempfile.TemporaryDirectory(prefix="kiosk-vm-programs.") as folder:
        folder = pathlib.Path(folder)
        for name in ["bin", "lib"]:
            (folder / name).mkdir()
        curl = pathlib.Path(shutil.which("curl") or "/usr/bin/curl")
        shutil.copy(curl, folder / "bin/curl")
        for name in [*PROGRAMS, TESTS]:
            source = binaries / name
            # Without the debug information they start in a fraction of the emulated time.
            image.run("strip", "--strip-debug", "-o", folder / "bin" / name, source)
        for library in libraries([curl, *(binaries / name for name in [*PROGRAMS, TESTS])]):
            shutil.copy(library, folder / "lib" / library.name)
        for name in ["systemd", "udev"]:
            shutil.copytree(ROOT / name, folder / name)
        shutil.copytree(HERE / "guest-tools", folder / "tools")
        image.make_ext4(folder, target)


def libraries(programs):
    found = {}
    for program in programs:
        output = subprocess.run(["ldd", program], stdout=subprocess.PIPE, text=True, check=True).stdout
        for line in output.splitlines():
            match = re.match(r"\s*(\S+) => (\S+) ", line)
            if line.strip().endswith("not found"):
                raise image.ImageError(f"{program}: {line.strip()}")
            if match and not GUEST_HAS.match(match[1]):
                found[match[1]] = pathlib.Path(match[2])
    # By the name that the loader asks for, which may be a link on this machine.
    return [NamedLibrary(name, path) for name, path in sorted(found.items())]


class NamedLibrary:
    def __init__(self, name, path):
        self.name = name
        self.path = path

    def __fspath__(self):
        return str(self.path)
