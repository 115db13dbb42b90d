"""Bundles in which every part can be spoilt on purpose, on top of the second writer made from the format's description
(tests/conformance/bundle_writer.py). Signatures are stock minisign's. What `verify` and `install` are attacked with."""
import base64
import hashlib
import json
import os
import struct
import subprocess
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../conformance"))
from bundle_writer import BLOCK, entry, member, padded, pax_record  # noqa: E402

def header(name, size, mode=0o644, mtime=0, kind=b"0", link=b"", uid=0, gid=0, prefix=b"", magic=b"ustar\x0000",
           device=(0, 0)):
    """One ustar block, with anything in any of its fields."""
    fields = [name.ljust(100, b"\0"), b"%07o\0" % mode, b"%07o\0" % uid, b"%07o\0" % gid, b"%011o\0" % size,
              b"%011o\0" % mtime, b" " * 8, kind, link.ljust(100, b"\0"), magic, b"\0" * 32, b"\0" * 32,
              b"%07o\0" % device[0], b"%07o\0" % device[1], prefix.ljust(155, b"\0"), b"\0" * 12]
    block = b"".join(fields)
    assert len(block) == BLOCK, len(block)
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def compress(tar):
    """gzip with the header that the format asks for: no name, no time, OS 3."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = deflate.compress(tar) + deflate.flush()
    return b"\x1f\x8b\x08\x00\0\0\0\0\x00\x03" + body + struct.pack("<II", zlib.crc32(tar), len(tar) & 0xffffffff)


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Bundle:
    """Set what is to be wrong, then write()."""

    def __init__(self, key, files=None, customer="customer-a", release="v1.0", sequence=17, mtime=1772366400):
        self.key = key  # path of an unencrypted minisign secret key
        self.files = files or {"manifests/a.yaml": b"kind: A\n", "values/b.yaml": b"x: 1\n" * 300}
        self.executables = ()
        self.customer, self.release, self.sequence, self.mtime = customer, release, sequence, mtime
        self.top = f"{customer}-{release}-{sequence}"
        self.change_manifest = lambda manifest: None
        self.change_json = lambda text: text
        self.change_signature = lambda text: text
        self.change_members = lambda members: None
        self.change_tar = lambda tar: tar
        self.change_gzip = lambda data: data
        self.arguments = ()

    def manifest(self):
        sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in self.ordered()).encode()
        files = [("SHA256SUMS", sums), *self.ordered()]
        return files, {
            "bundle": self.top,
            "container": {"compression": "gzip", "format": "ustar", "mtime": self.mtime},
            "critical": [],
            "customer": self.customer,
            "environment": "production",
            "epoch": 0,
            "files": [entry(name, content, name in self.executables) for name, content in files],
            "floor": 0,
            "release": self.release,
            "requires": {"upgrade_from": []},
            "schema": 1,
            "sequence": self.sequence,
            "source": {"commit": "1" * 40, "dirty": False, "kind": "git"},
            "tool": {"name": "sealift", "version": "0.1.0"},
            "totals": {"bytes": sum(len(content) for _, content in files), "files": len(files)},
        }

    def ordered(self):
        return sorted(self.files.items(), key=lambda item: item[0].encode())

    def sign(self, text, directory):
        path = os.path.join(directory, "to-sign")
        with open(path, "wb") as f:
            f.write(text)
        subprocess.run(["minisign", "-S", "-s", self.key, "-m", path, "-t", "by the second writer", *self.arguments],
                       check=True, capture_output=True, stdin=subprocess.DEVNULL)
        with open(path + ".minisig", "rb") as f:
            return f.read()

    def key_id(self, signature):
        raw = base64.b64decode(signature.split(b"\n")[1])
        return "%016X" % int.from_bytes(raw[2:10], "little")

    def write(self, path):
        directory = os.path.dirname(path)
        files, manifest = self.manifest()
        self.change_manifest(manifest)
        text = self.change_json(canonical(manifest))
        signature = self.sign(text, directory)
        name = f"manifest.json.{self.key_id(signature)}.minisig"
        members = [("manifest.json", text), (name, self.change_signature(signature)), *files]
        members = [member(f"{self.top}/{file}", content, self.mtime, file in self.executables)
                   for file, content in members]
        self.change_members(members)
        tar = self.change_tar(b"".join(members) + b"\0" * 2 * BLOCK)
        with open(path, "wb") as f:
            f.write(self.change_gzip(compress(tar)))
        return path
