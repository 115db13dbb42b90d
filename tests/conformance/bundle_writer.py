#!/usr/bin/env python3
"""A second writer of bundles, made from docs/formats/bundle.md alone; it shares no code with sealift.

    bundle_writer.py DIRECTORY OUT.tar

DIRECTORY is an unpacked bundle. Its files and their executable bits, its signatures, and those facts of its manifest
that no file tells are packed again, from the first byte to the last. The test compares the result with the
original. OUT.tar is the container without gzip around it: what gzip makes of it is not part of the format.
"""

import hashlib
import json
import pathlib
import sys

BLOCK = 512
DERIVED = ("bundle", "files", "totals")


def octal(value, size):
    return b"%0*o\0" % (size - 1, value)


def padded(content):
    return content + b"\0" * (-len(content) % BLOCK)


def header_block(name, prefix, mode, size, mtime, kind):
    block = bytearray(BLOCK)

    def put(offset, value):
        block[offset : offset + len(value)] = value

    put(0, name)
    put(100, octal(mode, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(mtime, 12))
    put(148, b" " * 8)
    put(156, kind)
    put(257, b"ustar\00000")
    put(329, octal(0, 8) + octal(0, 8))
    put(345, prefix)
    put(148, b"%06o\0 " % sum(block))
    return bytes(block)


def pax_record(key, value):
    rest = b" " + key + b"=" + value + b"\n"
    length = len(rest)
    while length != len(b"%d" % length) + len(rest):
        length = len(b"%d" % length) + len(rest)
    return b"%d" % length + rest


def split(name):
    """name and prefix for the two fields, or None."""
    if len(name) <= 100:
        return name, b""
    slash = name.find(b"/", len(name) - 101)
    if slash < 0 or slash > 155:
        return None
    return name[slash + 1 :], name[:slash]


def member(path, content, mtime, executable=False):
    name = path.encode()
    fields = split(name)
    large = len(content) > 0o77777777777
    records = b""
    if fields is None or not name.isascii():
        records += pax_record(b"path", name)
    if large:
        records += pax_record(b"size", b"%d" % len(content))
    out = b""
    if records:
        out += header_block(b"././@PaxHeader", b"", 0o644, len(records), mtime, b"x") + padded(records)
    short, prefix = fields or (b"././@PaxName", b"")
    out += header_block(short, prefix, 0o755 if executable else 0o644, 0 if large else len(content), mtime, b"0")
    return out + padded(content)


def entry(path, content, executable):
    return {
        "mode": "0755" if executable else "0644",
        "path": path,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "type": "file",
    }


def payload(directory):
    files = {}
    for path in directory.rglob("*"):
        name = path.relative_to(directory).as_posix()
        if path.is_file() and name != "SHA256SUMS" and not name.startswith("manifest.json"):
            files[name] = (path.read_bytes(), bool(path.stat().st_mode & 0o100))
    return dict(sorted(files.items(), key=lambda item: item[0].encode()))


def container(directory):
    facts = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    files = payload(directory)
    entries = [entry(name, *files[name]) for name in files]
    sums = "".join("%s  %s\n" % (item["sha256"], item["path"]) for item in entries).encode()
    entries.insert(0, entry("SHA256SUMS", sums, False))
    manifest = {key: value for key, value in facts.items() if key not in DERIVED}
    manifest["bundle"] = "%s-%s-%d" % (facts["customer"], facts["release"], facts["sequence"])
    manifest["files"] = entries
    manifest["totals"] = {"bytes": sum(item["size"] for item in entries), "files": len(entries)}
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    mtime = manifest["container"]["mtime"]
    top = manifest["bundle"] + "/"
    out = [member(top + "manifest.json", text, mtime)]
    for signature in sorted(directory.glob("manifest.json.*.minisig")):
        out.append(member(top + signature.name, signature.read_bytes(), mtime))
    of_head = [name for name in files if name.startswith("trust/")]
    out += [member(top + name, files[name][0], mtime) for name in of_head]
    out.append(member(top + "SHA256SUMS", sums, mtime))
    out += [member(top + name, *files[name][:1], mtime, files[name][1]) for name in files if name not in of_head]
    return b"".join(out) + b"\0" * (2 * BLOCK)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    pathlib.Path(sys.argv[2]).write_bytes(container(pathlib.Path(sys.argv[1])))
