"""Tries to get out of a sandbox and prints a line for each attempt: its id, then "held" or what it got.

The variable OUTSIDE is a JSON object with what is outside: see Outside.java. It harms nothing where it succeeds.
"""
import ctypes
import errno
import json
import os
import resource
import socket
import stat
import struct

outside = json.loads(os.environ["OUTSIDE"])
libc = ctypes.CDLL(None, use_errno=True)
arm = os.uname().machine == "aarch64"


def number(x86, aarch64):
    return aarch64 if arm else x86


def call(nr, *args):
    """The error of a raw system call, None when it went through."""
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(nr), *[ctypes.c_long(a) for a in args])
    return errno.errorcode.get(ctypes.get_errno(), "?") if result == -1 else None


def refused(error, *expected):
    return None if error in expected else f"expected {expected}, got {error}"


def gone(path):
    """Held when there is nothing by that name."""
    return f"{path} is there" if os.path.lexists(path) else None


def no_read(path):
    try:
        with open(path, "rb") as file:
            return f"read {len(file.read(100))} bytes of {path}"
    except OSError:
        return None


def no_write(*paths):
    for path in paths:
        try:
            fd = os.open(path, os.O_WRONLY | (0 if os.path.exists(path) else os.O_CREAT), 0o600)
            os.close(fd)
            return f"opened {path} for writing"
        except OSError:
            pass
    return None


def no_new_file(*folders):
    for folder in folders:
        try:
            path = os.path.join(folder, "pond-attempt")
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
            os.unlink(path)
            return f"made a file in {folder}"
        except OSError:
            pass
    return None


def status(key):
    with open("/proc/self/status") as lines:
        return next(line.split()[1] for line in lines if line.startswith(key + ":"))


def pids():
    return [name for name in os.listdir("/proc") if name.isdigit()]


def everywhere(file, text):
    for pid in pids():
        try:
            with open(f"/proc/{pid}/{file}", "rb") as content:
                if text.encode() in content.read() and int(pid) != os.getpid():
                    return f"/proc/{pid}/{file} has it"
        except OSError:
            pass
    return None


def checkout():
    error = no_new_file("/stage/src")
    if outside["profile"] == "untrusted-code-read":
        return error
    return None if error else "the checkout cannot be written"


def capabilities():
    for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        if int(status(key), 16):
            return f"{key} is {status(key)}"
    return None


def hard_link():
    for path in (outside["canary"], "/usr/bin/passwd", "/etc/passwd"):
        try:
            os.link(path, "/stage/out/link")
            os.unlink("/stage/out/link")
            return f"linked {path}"
        except OSError:
            pass
    return None


def first_environment():
    """What the first process inside was started with: its mark, and where the shell before it stood."""
    with open("/proc/1/environ", "rb") as content:
        names = {entry.split(b"=")[0].decode() for entry in content.read().split(b"\0") if entry}
    more = names - {"POND_JOB_MARK", "PWD", "OLDPWD", "SHLVL", "_"}
    return f"there are {sorted(more)}" if more else None


def own_environment():
    more = [name for name in os.environ if name not in outside["variables"]]
    return f"there are {more}" if more else None


def kill_outside():
    try:
        os.kill(outside["pid"], 0)
        return "a process outside can be signalled"
    except OSError:
        return None


def own_root():
    try:
        there = os.stat("/proc/1/root/.")
        here = os.stat("/")
        return None if (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino) else "another root"
    except OSError:
        return None


def descriptors():
    more = []
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue
        if int(name) > 2 and not target.startswith(("/proc/", "/dev/urandom")):
            more.append(f"{name} -> {target}")
    return f"there are {more}" if more else None


def user_namespace():
    error = refused(call(number(272, 97), 0x10000000), "EPERM", "ENOSPC")
    return error or refused(call(number(56, 220), 0x10000000 | 17, 0, 0, 0, 0), "EPERM", "ENOSPC")


def namespaces():
    for flag in (0x00020000, 0x40000000, 0x20000000, 0x08000000):
        error = call(number(272, 97), flag)
        if error != "EPERM":
            return f"unshare {hex(flag)} gives {error}"
    return None


def mount():
    one = ctypes.create_string_buffer(b"tmpfs")
    two = ctypes.create_string_buffer(b"/tmp")
    where = ctypes.addressof(two)
    return refused(call(number(165, 40), ctypes.addressof(one), where, ctypes.addressof(one), 0, 0), "EPERM")


def block_device():
    try:
        os.mknod("/tmp/block", 0o600 | stat.S_IFBLK, os.makedev(254, 0))
        return "made a block device"
    except PermissionError:
        return None


def devices():
    for name in ("mem kmem kvm fuse net/tun vda sda vsock kmsg port loop0 snapshot".split()):
        if os.path.exists("/dev/" + name):
            return f"/dev/{name} is there"
    return None


def kernel_files():
    return no_write(
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/kernel/modprobe",
        "/proc/sys/vm/drop_caches",
        "/proc/sysrq-trigger",
        "/proc/sys/fs/binfmt_misc/register")


def perf():
    attributes = ctypes.create_string_buffer(struct.pack("IIQ", 1, 112, 0) + bytes(96))
    return refused(call(number(298, 241), ctypes.addressof(attributes), 0, -1, -1, 0), "EPERM")


def rings():
    parameters = ctypes.create_string_buffer(120)
    return refused(call(425, 1, ctypes.addressof(parameters)), "ENOSYS")


def bpf():
    attributes = ctypes.create_string_buffer(struct.pack("IIII", 1, 4, 4, 1) + bytes(100))
    return refused(call(number(321, 280), 0, ctypes.addressof(attributes), 72), "EPERM")


def families():
    for family in (40, 17, 38, 44, 31, 29, 15):
        try:
            socket.socket(family, socket.SOCK_RAW if family == 17 else socket.SOCK_STREAM)
            return f"a socket of family {family}"
        except OSError as e:
            if e.errno != errno.EAFNOSUPPORT:
                return f"family {family} gives {e}"
    return None


def terminal():
    try:
        os.open("/dev/tty", os.O_RDWR)
        return "there is a terminal"
    except OSError:
        pass
    byte = ctypes.create_string_buffer(b"x")
    return refused(call(number(16, 29), 0, 0x5412, ctypes.addressof(byte)), "EPERM")


def core():
    if resource.getrlimit(resource.RLIMIT_CORE) != (1, 1):
        return f"the limit is {resource.getrlimit(resource.RLIMIT_CORE)}"
    os.makedirs("/tmp/core", exist_ok=True)
    child = os.fork()
    if child == 0:
        os.chdir("/tmp/core")
        os.abort()
    _, how = os.waitpid(child, 0)
    left = os.listdir("/tmp/core")
    return f"left {left}" if os.WCOREDUMP(how) or left else None


def shared_memory():
    with open("/proc/sysvipc/shm") as lines:
        rows = list(lines)[1:]
    return f"sees {len(rows)} segments" if rows else None


def no_connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(5)
        try:
            client.connect(address)
            return f"connected to {address}"
        except (OSError, socket.timeout) as e:
            return None if not isinstance(e, socket.timeout) else f"{address} did not refuse at once"


def no_datagram(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        try:
            client.sendto(b"x" * 20, address)
            return f"sent to {address}"
        except OSError:
            return None


def interfaces():
    names = [name for _, name in socket.if_nameindex()]
    return None if names == ["lo"] else f"there are {names}"


def limits():
    wanted = outside["limits"]
    for name, value in wanted.items():
        got = resource.getrlimit(getattr(resource, "RLIMIT_" + name))
        if got != (value, value):
            return f"{name} is {got}"
    return None


def no_raise():
    """A limit that was set stays: the stage has no right to raise it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    try:
        resource.setrlimit(resource.RLIMIT_NPROC, (hard + 1, hard + 1))
        return "raised the number of processes"
    except (ValueError, OSError):
        return None


def fill(folder, most):
    """Held when the folder takes no more than `most` bytes."""
    path = os.path.join(folder, "fill")
    written = 0
    try:
        with open(path, "wb") as file:
            while written <= most + (1 << 20):
                file.write(bytes(1 << 16))
                file.flush()
                written += 1 << 16
        return f"{folder} took {written} bytes"
    except OSError as e:
        return None if e.errno in (errno.ENOSPC, errno.EROFS) else f"{folder}: {e}"
    finally:
        if os.path.exists(path):
            os.unlink(path)


ATTEMPTS = {
    "A01": lambda: gone("/etc/shadow") or gone("/etc/gshadow"),
    "A02": lambda: gone(outside["state"]) or no_read(outside["state"] + "/token"),
    "A03": lambda: gone("/root") or gone(os.path.expanduser("~/.ssh")) or gone(os.path.expanduser("~/.netrc")),
    "A04": lambda: gone(outside["canary"]),
    "A05": lambda: no_write(outside["canary"]),
    "A06": lambda: no_new_file(*"/ /usr /usr/bin /etc /bin /dev /opt /stage /run /run/pond /var /proc /home".split()),
    "A07": checkout,
    "A08": lambda: None if status("NoNewPrivs") == "1" else "new privileges can be had",
    "A09": capabilities,
    "A11": hard_link,
    "A14": first_environment,
    "A15": lambda: everywhere("cmdline", outside["state"]),
    "A16": own_environment,
    "A17": lambda: everywhere("cmdline", outside["marker"]) or (f"{len(pids())} processes" if len(pids()) > 8 else None),
    "A18": kill_outside,
    "A19": lambda: refused(call(number(101, 117), 16, 1, 0, 0), "EPERM"),
    "A20": lambda: no_write("/proc/1/exe"),
    "A21": own_root,
    "A22": descriptors,
    "A23": user_namespace,
    "A24": namespaces,
    "A25": mount,
    "A26": block_device,
    "A27": devices,
    "A28": kernel_files,
    "A29": lambda: gone("/sys"),
    "A30": bpf,
    "A31": perf,
    "A32": rings,
    "A33": lambda: refused(call(number(323, 282), 0), "EPERM"),
    "A34": lambda: refused(call(number(250, 219), 0, -3, 1), "EPERM"),
    "A35": families,
    "A36": terminal,
    "A37": core,
    "A38": shared_memory,
    "A39": lambda: no_connect(socket.AF_UNIX, "\0" + outside["abstract"]),
    "A40": lambda: no_connect(socket.AF_UNIX, outside["socket"]),
    "A41": lambda: gone("/run/docker.sock") or gone("/run/dbus") or gone("/run/systemd") or gone("/var/run/docker.sock"),
    "A42": interfaces,
    "A43": lambda: no_connect(socket.AF_INET, ("127.0.0.1", outside["port"])),
    "A44": lambda: no_connect(socket.AF_INET, ("169.254.169.254", 80)),
    "A45": lambda: no_connect(socket.AF_INET, ("10.0.0.1", 80)),
    "A46": lambda: no_connect(socket.AF_INET, ("192.0.2.1", 443)),
    "A47": lambda: no_connect(socket.AF_INET6, ("fd00:ec2::254", 80)),
    "A48": lambda: no_connect(socket.AF_INET6, ("2001:db8::1", 443)),
    "A49": lambda: no_datagram(("192.0.2.1", 53)),
    "A72": lambda: fill("/tmp", outside["temporary"]),
    "A73": lambda: fill("/dev/shm", outside["shared"]),
    "A74": lambda: fill("/home/agent", outside["temporary"]),
    "A75": lambda: fill("/dev", 0),
    "A76": lambda: fill("/run", 0),
    "A78": lambda: limits() or no_raise(),
}

for attempt in outside["attempts"]:
    try:
        result = ATTEMPTS[attempt]()
    except Exception as e:  # An attempt that cannot be made must not look like one that was stopped.
        result = f"could not try: {e!r}"
    print(attempt, result or "held", flush=True)
