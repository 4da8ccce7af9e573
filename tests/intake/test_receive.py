"""Folders as they really are: loops, odd names, things that are no files."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from clew.intake.receive import Found, Opened, Refused, hold, open_file, stream_files
from clew.records.signal import Reason


def walked(*roots):
    return list(stream_files([os.fsencode(root) for root in roots]))


def names(found, root):
    return [os.path.relpath(each.path, os.fsencode(root)).decode(errors="backslashreplace") for each in found]


@pytest.fixture
def tree(tmp_path):
    for name in ("b/two", "b/one", "a/deep/er/four", "c", "a/three"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


def test_files_come_in_byte_order_depth_first(tree):
    assert names(walked(tree), tree) == ["a/deep/er/four", "a/three", "b/one", "b/two", "c"]
    assert all(isinstance(each, Found) for each in walked(tree))


def test_an_opened_file_bears_its_size_and_times(tree):
    opened = open_file(Found(os.fsencode(tree / "c")))
    assert isinstance(opened, Opened)
    status = (tree / "c").stat()
    assert (opened.size_bytes, opened.modified_ns, opened.changed_ns) == (1, status.st_mtime_ns, status.st_ctime_ns)
    assert os.read(opened.descriptor, 10) == b"c"
    os.close(opened.descriptor)


def test_links_in_folders_are_refused_and_a_named_link_is_followed(tree):
    (tree / "b" / "loop").symlink_to(tree)
    (tree / "b" / "file").symlink_to(tree / "c")
    refused = [each for each in walked(tree) if isinstance(each, Refused)]
    assert names(refused, tree) == ["b/file", "b/loop"]
    assert {each.reason for each in refused} == {Reason.NOT_A_FILE}
    (named,) = walked(tree / "b" / "file")
    opened = open_file(named)
    assert isinstance(opened, Opened)
    os.close(opened.descriptor)
    assert len(walked(tree / "b" / "loop")) == 7


def test_a_file_exchanged_for_a_link_after_it_was_found_is_not_followed(tree):
    found = next(each for each in walked(tree) if each.path.endswith(b"/c"))
    (tree / "c").unlink()
    (tree / "c").symlink_to("/etc/hostname")
    assert isinstance(open_file(found), Refused)


def test_names_that_are_not_utf8_are_found_and_opened(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9\xff\n.jpg"
    with open(path, "wb") as file:  # noqa: PTH123 - a name in bytes
        file.write(b"content")
    (found,) = walked(tmp_path)
    assert found == Found(path)
    opened = open_file(found)
    assert isinstance(opened, Opened)
    os.close(opened.descriptor)


def test_pipes_sockets_and_devices_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        found = walked(tmp_path)
    assert names(found, tmp_path) == ["fifo", "socket"]
    assert [(each.reason, each.detail) for each in found if isinstance(each, Refused)] == [
        (Reason.NOT_A_FILE, "a FIFO"),
        (Reason.NOT_A_FILE, "a socket"),
    ]


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null"])
def test_a_device_that_is_named_is_refused(path):
    (found,) = walked(path)
    assert open_file(found) == Refused(path.encode(), Reason.NOT_A_FILE, "a device")


def test_a_fifo_that_is_named_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (found,) = walked(tmp_path / "fifo")
    refused = open_file(found)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.NOT_A_FILE


def test_what_is_not_there_is_refused_and_the_rest_goes_on(tree):
    found = walked(tree / "nothing", tree / "c")
    assert found[0] == Refused(os.fsencode(tree / "nothing"), Reason.UNREADABLE, "No such file or directory")
    assert found[1] == Found(os.fsencode(tree / "c"), named=True)


def test_a_file_removed_after_it_was_found_is_refused(tree):
    found = walked(tree)
    (tree / "c").unlink()
    refused = open_file(found[-1])
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.UNREADABLE


def test_folders_deeper_than_a_path_may_be_long_are_walked_and_read(tmp_path):
    depth, here = 60, os.open(tmp_path, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d" * 200, dir_fd=here)
        deeper = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    file = os.open("file", os.O_WRONLY | os.O_CREAT, dir_fd=here)
    os.write(file, b"content")
    os.close(file)
    os.close(here)
    (found,) = walked(tmp_path)
    assert len(found.path) > 12_000
    opened = open_file(found)
    assert isinstance(opened, Opened)
    assert os.read(opened.descriptor, 10) == b"content"
    os.close(opened.descriptor)


UNPRIVILEGED = """
import os, sys
sys.path[:0] = {paths!r}
from clew.intake.receive import open_file, stream_files
os.setgroups([]); os.setgid(65534); os.setuid(65534)
for found in stream_files([os.fsencode(sys.argv[1])]):
    done = open_file(found) if hasattr(found, "named") else found
    print(os.path.basename(done.path).decode(), getattr(done, "reason", "opened"))
"""


def test_what_may_not_be_read_is_refused_by_name_and_the_rest_goes_on(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").write_bytes(b"1")
    (tmp_path / "secret").write_bytes(b"2")
    (tmp_path / "zebra").write_bytes(b"3")
    for each in [tmp_path, *tmp_path.parents][:4]:
        if each.stat().st_uid == os.getuid() and each != Path("/tmp"):
            each.chmod(each.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    (tmp_path / "folder").chmod(0)
    (tmp_path / "secret").chmod(0)
    expected = ["folder unreadable", "secret unreadable", "zebra opened"]
    if os.geteuid() == 0:
        code = UNPRIVILEGED.format(paths=sys.path)
        done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
        said = done.stdout.splitlines()
    else:
        opened = [open_file(each) if isinstance(each, Found) else each for each in walked(tmp_path)]
        said = [f"{os.fsdecode(each.path).rpartition('/')[2]} {getattr(each, 'reason', 'opened')}" for each in opened]
    (tmp_path / "folder").chmod(0o700)
    assert said == expected


def test_what_is_held_cannot_be_changed_and_is_no_file_on_a_disk():
    descriptor = hold(b"content")
    assert os.pread(descriptor, 20, 0) == b"content"
    assert str(Path(f"/proc/self/fd/{descriptor}").readlink()).startswith("/memfd:")
    for change in (lambda: os.pwrite(descriptor, b"x", 0), lambda: os.ftruncate(descriptor, 0)):
        with pytest.raises(PermissionError):
            change()
    os.close(descriptor)
