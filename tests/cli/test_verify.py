#!/usr/bin/env python3
"""Bundles made by a second writer: good ones are accepted, and each way of being evil is refused with its reason, with
nothing left behind. The evil ones are validly signed wherever the attack allows it."""
import gzip
import os
import random
import re
import subprocess
import threading
import unittest

from harness import SEALIFT, Case, have, main
from evil_writer import BLOCK, Bundle, compress, header, member, padded, pax_record


def replace_header(index, **changed):
    """A change of the header of member `index`, keeping its content."""
    def change(members):
        block = members[index][:BLOCK]
        fields = {"name": block[:100].rstrip(b"\0"), "size": int(block[124:135], 8), "mode": int(block[100:107], 8),
                  "mtime": int(block[136:147], 8)}
        fields.update(changed)
        members[index] = header(**fields) + members[index][BLOCK:]
    return change


def insert(index, *blocks):
    return lambda members: members.insert(index, b"".join(blocks))


def edit(index, function):
    def change(members):
        members[index] = function(members[index])
    return change


TOP = "customer-a-v1.0-17"
TIME = 1772366400


def evil(name, data=b"", **how):
    """A whole extra member, in any spelling."""
    return header(name, len(data), mtime=TIME, **how) + padded(data)


def pax(key, value):
    data = pax_record(key, value)
    return header(b"././@PaxHeader", len(data), mtime=TIME, kind=b"x") + padded(data)


# Members: 0 manifest.json, 1 signature, 2 SHA256SUMS, 3 manifests/a.yaml, 4 values/b.yaml.
EVIL_MEMBERS = {
    "an absolute path": insert(5, evil(b"/tmp/evil", b"x")),
    "a path that climbs": insert(5, evil(b"customer-a-v1.0-17/../../evil", b"x")),
    "a symbolic link": insert(3, evil(b"customer-a-v1.0-17/link", kind=b"2", link=b"/etc/passwd")),
    "a symbolic link in place of a file": replace_header(3, kind=b"2", link=b"/etc/passwd"),
    "a hard link": insert(3, evil(b"customer-a-v1.0-17/link", kind=b"1", link=b"/etc/passwd")),
    "a character device": insert(3, evil(b"customer-a-v1.0-17/dev", kind=b"3", device=(1, 3))),
    "a block device": insert(3, evil(b"customer-a-v1.0-17/dev", kind=b"4", device=(8, 0))),
    "a fifo": insert(3, evil(b"customer-a-v1.0-17/fifo", kind=b"6")),
    "a directory": insert(3, evil(b"customer-a-v1.0-17/dir/", kind=b"5")),
    "a contiguous file": replace_header(3, kind=b"7"),
    "an unknown type": replace_header(3, kind=b"Z"),
    "an old regular type": replace_header(3, kind=b"\0"),
    "a GNU sparse member": replace_header(3, kind=b"S"),
    "a GNU long name": insert(3, evil(b"././@LongLink", b"evil\0", kind=b"L")),
    "a pax global header": insert(0, evil(b"pax_global_header", pax_record(b"path", b"evil"), kind=b"g")),
    "a pax path that contradicts": insert(3, pax(b"path", b"customer-a-v1.0-17/evil")),
    "a pax path that is not needed": insert(3, pax(b"path", b"customer-a-v1.0-17/manifests/a.yaml")),
    "a pax size": insert(3, pax(b"size", b"0")),
    "a pax attribute": insert(3, pax(b"SCHILY.xattr.security.capability", b"\x01")),
    "setuid": replace_header(3, mode=0o4644),
    "world writable": replace_header(3, mode=0o666),
    "executable where the manifest says not": replace_header(3, mode=0o755),
    "an owner": replace_header(3, uid=1000),
    "another time": replace_header(3, mtime=TIME + 1),
    "a duplicate": lambda members: members.insert(4, members[3]),
    "an unlisted member": insert(5, evil(b"customer-a-v1.0-17/zzz", b"x")),
    "a member of another top folder": replace_header(3, name=b"evil/manifests/a.yaml"),
    "a missing member": lambda members: members.pop(3),
    "the last member missing": lambda members: members.pop(4),
    "another order": lambda members: members.insert(3, members.pop()),
    "a signature behind the payload": lambda members: members.append(members[1]),
    "two manifests": lambda members: members.insert(1, members[0]),
    "the signature first": lambda members: members.insert(0, members.pop(1)),
    "a size too small": replace_header(3, size=7),
    "a size too large": replace_header(3, size=9),
    "a huge size": replace_header(4, size=0o77777777777),
    "a NUL in a name": replace_header(3, name=b"customer-a-v1.0-17/manifests/a.yaml\0evil"),
    "an escape in a name": replace_header(3, name=b"customer-a-v1.0-17/manifests/\x1b[31ma"),
    "a newline in a name": replace_header(3, name=b"customer-a-v1.0-17/manifests/a\nb"),
    "a prefix that is not needed": replace_header(3, name=b"manifests/a.yaml", prefix=b"customer-a-v1.0-17"),
    "GNU magic": replace_header(3, magic=b"ustar  \0"),
    "padding that is not zero": edit(3, lambda block: block[:-1] + b"x"),
    "a wrong checksum": edit(3, lambda block: block[:148] + b"000000\0 " + block[156:]),
    "a changed byte": edit(4, lambda block: block[:BLOCK] + b"y" + block[BLOCK + 1:]),
}

EVIL_ENDS = {
    "one end block": lambda tar: tar[:-BLOCK],
    "no end blocks": lambda tar: tar[:-2 * BLOCK],
    "three end blocks": lambda tar: tar + b"\0" * BLOCK,
    "end blocks to a tape record": lambda tar: tar + b"\0" * (-len(tar) % 10240),
    "a second archive": lambda tar: tar + evil(b"evil", b"x") + b"\0" * 1024,
    "an end in the middle": lambda tar: tar[:6 * BLOCK] + b"\0" * 1024 + tar[6 * BLOCK:],
    "nothing": lambda tar: b"",
    "something else": lambda tar: b"hello\n" * 1000,
    "zeros": lambda tar: b"\0" * 10240,
}

EVIL_GZIPS = {
    "a trailing byte": lambda data: data + b"\0",
    "trailing text": lambda data: data + b"hello",
    "a second member": lambda data: data + gzip.compress(b"evil"),
    "an empty second member": lambda data: data + gzip.compress(b""),
    "a wrong checksum": lambda data: data[:-8] + bytes([data[-8] ^ 1]) + data[-7:],
    "a wrong length": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "no trailer": lambda data: data[:-8],
    "half": lambda data: data[:len(data) // 2],
    "only a header": lambda data: data[:10],
    "an empty file": lambda data: b"",
    "a name in the header": lambda data: data[:3] + b"\x08" + data[4:10] + b"x\0" + data[10:],
    "a comment in the header": lambda data: data[:3] + b"\x10" + data[4:10] + b"x\0" + data[10:],
    "an extra field": lambda data: data[:3] + b"\x04" + data[4:10] + b"\x01\0x" + data[10:],
    "reserved flags": lambda data: data[:3] + b"\x80" + data[4:],
    "empty blocks in front": lambda data: data[:10] + b"\0\0\0\xff\xff" * 500000 + data[10:],
    "gzip in gzip": lambda data: compress(data),
    "no gzip": lambda data: gzip.decompress(data),
}

EVIL_SIGNATURES = {
    "CR and a second comment": lambda text: text.replace(b"by the second writer", b"by the second writer\rtrusted comment: x"),
    "an escape in the comment": lambda text: text.replace(b"by the second", b"by \x1b[31mthe second"),
    "another comment": lambda text: text.replace(b"by the second writer", b"by somebody else...."),
    "text behind the fourth line": lambda text: text + b"more\n",
    "CRLF": lambda text: text.replace(b"\n", b"\r\n"),
    "three lines": lambda text: b"\n".join(text.split(b"\n")[:3]) + b"\n",
    "no newline at the end": lambda text: text[:-1],
    "nothing": lambda text: b"",
}


def set_field(*path, value):
    def change(manifest):
        for step in path[:-1]:
            manifest = manifest[step]
        manifest[path[-1]] = value
    return change


def one_more(path):
    """One more file of that name, in its place in the order, with totals that agree."""
    def change(manifest):
        manifest["files"].append(dict(manifest["files"][2], path=path))
        manifest["files"][1:] = sorted(manifest["files"][1:], key=lambda file: file["path"])
        manifest["totals"]["files"] += 1
        manifest["totals"]["bytes"] += manifest["files"][-1]["size"]
    return change


# Signed all the same: what a stolen or careless tool might sign.
EVIL_MANIFESTS = {
    "another bundle name": set_field("bundle", value="customer-a-v1.0-18"),
    "a name that climbs": set_field("files", 1, "path", value="../evil"),
    "an absolute name": set_field("files", 1, "path", value="/evil"),
    "a dot component": set_field("files", 1, "path", value="manifests/./a.yaml"),
    "a backslash": set_field("files", 1, "path", value="manifests\\a.yaml"),
    "a reserved name": set_field("files", 1, "path", value="manifests/con"),
    "a name not in NFC": set_field("files", 1, "path", value="manifests/e\u0301.yaml"),
    "a bidirectional override": set_field("files", 1, "path", value="manifests/\u202ea"),
    "a manifest among the files": set_field("files", 1, "path", value="manifest.json"),
    "a link type": set_field("files", 1, "type", value="symlink"),
    "setuid": set_field("files", 1, "mode", value="4755"),
    "a mode as a number": set_field("files", 1, "mode", value=420),
    "a digest in capitals": set_field("files", 1, "sha256", value="A" * 64),
    "a short digest": set_field("files", 1, "sha256", value="a" * 63),
    "a negative size": set_field("files", 1, "size", value=-1),
    "a size beyond everything": set_field("files", 1, "size", value=2 ** 53),
    "a size that is text": set_field("files", 1, "size", value="8"),
    "a customer that climbs": set_field("customer", value="../x"),
    "an empty customer": set_field("customer", value=""),
    "sequence 0": set_field("sequence", value=0),
    "a negative sequence": set_field("sequence", value=-1),
    "another schema": set_field("schema", value=2),
    "an unknown critical name": set_field("critical", value=["frobnicate"]),
    "a wrong total": set_field("totals", "bytes", value=1),
    "a wrong count": set_field("totals", "files", value=1),
    "another compression": set_field("container", "compression", value="zstd"),
    "a negative time": set_field("container", "mtime", value=-1),
    "another time": set_field("container", "mtime", value=1),
    "no files": set_field("files", value=[]),
    "files that are a map": set_field("files", value={}),
    "a missing field": lambda manifest: manifest.pop("environment"),
    "an unknown field in a file": set_field("files", 1, "target", value="/etc/passwd"),
    "files in another order": lambda manifest: manifest["files"].reverse(),
    "a file twice": one_more("values/b.yaml"),
    "names that differ in case only": one_more("values/B.yaml"),
    "a file below a file": one_more("values/b.yaml/c"),
}

EVIL_JSON = {
    "white space": lambda text: text.replace(b'":', b'": ', 1),
    "a newline at the end": lambda text: text + b"\n",
    "a byte order mark": lambda text: b"\xef\xbb\xbf" + text,
    "a duplicate key": lambda text: text.replace(b'{"bundle"', b'{"bundle":"x","bundle"', 1),
    "keys in another order": lambda text: text.replace(b'"epoch":0,', b"", 1).replace(b'{"bundle"', b'{"epoch":0,"bundle"', 1),
    "an escape that is not needed": lambda text: text.replace(b'"production"', b'"\\u0070roduction"', 1),
    "a float": lambda text: text.replace(b'"epoch":0', b'"epoch":0.0', 1),
    "a leading zero": lambda text: text.replace(b'"epoch":0', b'"epoch":00', 1),
    "malformed UTF-8": lambda text: text.replace(b"production", b"produc\xfftion", 1),
    "not JSON": lambda text: b"hello",
    "an empty file": lambda text: b"",
    "deep nesting": lambda text: b"[" * 100000,
    "a list": lambda text: b"[]",
}


@unittest.skipUnless(have("minisign"), "minisign is not installed")
class Verify(Case):
    def setUp(self):
        super().setUp()
        self.key()
        os.mkdir(self.path("in"))

    def bundle(self, name="bundle.tar.gz", **how):
        bundle = Bundle(self.path("ops.key"))
        for attribute, value in how.items():
            setattr(bundle, attribute, value)
        return bundle.write(self.path("in", name))

    def assert_refused(self, path, whole=True):
        """`whole`: the compressed data is as it was written, so nothing is said of damage."""
        before = sorted(os.listdir(self.dir))
        result = self.sealift("verify", path, "--pubkey", "ops.pub", status=1)
        self.assertEqual(result.out, "")
        self.assertLessEqual(len(result.err.splitlines()), 2, result.err)
        if whole:
            self.assertNotIn("the file is damaged", result.err)
        self.sealift("inspect", path, status=None)
        self.sealift("install", path, "--pubkey", "ops.pub", "--root", "site", status=1)
        self.assertEqual([], [name for name in os.listdir(self.dir) if name not in before and name != "site"])
        site = self.listing("site") if os.path.exists(self.path("site")) else {}
        left = [name for name in site if name.split(os.sep)[0] not in ("state", "staging", "generations")]
        self.assertEqual([], left)
        self.assertEqual([], [name for name in site if name.startswith(("generations/", "staging/"))])

    def check_table(self, attribute, table):
        for name, change in table.items():
            with self.subTest(evil=name):
                self.assert_refused(self.bundle(**{attribute: change}), attribute != "change_gzip")

    def test_a_bundle_of_the_second_writer_is_accepted_and_installed(self):
        long = "charts/" + "d" * 120 + "/" + "e" * 120 + "/chart.tgz"
        deep = "images/" + "/".join(["blob"] * 20) + "/" + "f" * 90
        files = {"manifests/a.yaml": b"kind: A\n", "values/b.yaml": b"", "docs/\u00e4rger.md": b"text\n", long: b"x" * 512,
                 deep: b"y" * 513, "scripts/run": b"#!/bin/sh\n"}
        path = self.bundle(files=files, executables=("scripts/run",))
        verdict = self.sealift("verify", path, "--pubkey", "ops.pub", "--customer", "customer-a", "--format", "json").json()
        self.assertTrue(verdict["verified"])
        self.sealift("install", path, "--pubkey", "ops.pub", "--root", "site")
        for name, content in files.items():
            self.assertEqual(self.read(os.path.join("site/current", name)), content)
        self.assertEqual(os.stat(self.path("site/current/scripts/run")).st_mode & 0o777, 0o755)
        self.assertEqual(os.stat(self.path("site/current/manifests/a.yaml")).st_mode & 0o777, 0o644)

    def assert_told_once(self, err, own_hint=False):
        """Behind a refusal that has a hint of its own in the short form."""
        self.assertEqual(err.count("the file is damaged"), 1, err)
        behind = "; the file is damaged, too: copy it again first\n"
        self.assertTrue("the file is damaged, as by a bad stick" in err or (own_hint and err.endswith(behind)), err)

    def test_damage_is_told_once_and_a_wrong_file_is_not_damaged(self):
        with open(self.bundle(), "rb") as f:
            whole = f.read()
        damaged = {
            "cut in the head": whole[:300],
            "cut at the end": whole[:-100],
            "its trailer cut": whole[:-3],
            "wrong CRC": whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:],
            "wrong length": whole[:-1] + bytes([whole[-1] ^ 1]),
        }
        for name, data in damaged.items():
            path = self.write(self.path("in", "damaged.tar.gz"), data)
            for command in (("verify", "--pubkey", "ops.pub"), ("sign", "--key", "ops.key", "--detached")):
                with self.subTest(damage=name, command=command):
                    self.assert_told_once(self.sealift(*command, path, status=1).err)
        self.assert_told_once(self.sealift("inspect", self.write("in/damaged.tar.gz", whole[:300]), status=1).err)
        for command in (("verify", "--pubkey", "ops.pub"), ("inspect",), ("install", "--pubkey", "ops.pub", "--root", "site")):
            err = self.sealift(*command, "ops.pub", status=1).err
            self.assertIn("this is no bundle", err)
            self.assertNotIn("the file is damaged", err)

    def test_what_a_bad_stick_does_is_told_as_damage(self):
        """Whatever it is that refuses the bundle first: the padding, a header, a signature, a digest."""
        path = self.bundle(files={"manifests/a.yaml": b"kind: A\n", "artifacts/b": random.Random(1).randbytes(9000)})
        with open(path, "rb") as f:
            whole = f.read()
        said = set()
        for at in range(10, len(whole), len(whole) // 60):
            damaged = bytearray(whole)
            damaged[at] ^= 1 << at % 8
            self.write(path, bytes(damaged))
            with self.subTest(at=at):
                err = self.sealift("verify", path, "--pubkey", "ops.pub", status=1).err
                self.assert_told_once(err, own_hint=True)
                if len(said) % 4 == 0:
                    for command in (("sign", path, "--key", "ops.key", "--detached"),
                                    ("install", path, "--pubkey", "ops.pub", "--root", "site")):
                        self.assert_told_once(self.sealift(*command, status=1).err, own_hint=True)
                said.add(re.sub('"[^"]*"', "X", err.splitlines()[0].split(": ", 2)[2]))
        self.assertGreater(len(said), 3)
        self.assertTrue(any("gzip" not in message for message in said), said)

    def test_a_wrong_checksum_takes_away_no_other_advice(self):
        """Anybody can make one: what is to be done about a stranger's signature is said all the same."""
        self.key("stranger")
        bundle = Bundle(self.path("stranger.key"))
        advice = "if the signer is who you expect"
        path = bundle.write(self.path("in", "bundle.tar.gz"))
        self.assertIn(advice, self.sealift("verify", path, "--pubkey", "ops.pub", status=1).err)
        bundle.change_gzip = lambda data: data[:-8] + bytes([data[-8] ^ 1]) + data[-7:]
        path = bundle.write(path)
        err = self.sealift("verify", path, "--pubkey", "ops.pub", status=1).err
        self.assertIn(advice, err)
        self.assertIn("; the file is damaged, too: copy it again first", err)

    def test_a_refusal_waits_for_no_pipe_to_end(self):
        self.key("stranger")
        rows = (
            (("verify", "--pubkey", self.path("ops.pub")), b"not signed", lambda manifest: None),
            (("inspect",), b"epoch", set_field("epoch", value="none")),
        )
        for command, why, change in rows:
            bundle = Bundle(self.path("stranger.key"))
            bundle.files = {"artifacts/b": random.Random(1).randbytes(3000000)}
            bundle.change_manifest = change
            with open(bundle.write(self.path("in", "bundle.tar.gz")), "rb") as f:
                data = f.read()
            reading, writing = os.pipe()
            with self.subTest(command=command), \
                    subprocess.Popen([SEALIFT, *command, "/dev/stdin"], stdin=reading, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.PIPE) as process:
                os.close(reading)
                plug = threading.Timer(60, process.kill)
                plug.start()
                try:
                    os.write(writing, data[:2500000])  # and then nothing, until somebody pulls the plug
                except BrokenPipeError:
                    pass
                self.assertIn(why, process.stderr.read())
                plug.cancel()
                os.close(writing)

    def test_later_members_of_the_manifest_are_ignored_unless_critical(self):
        path = self.bundle(change_manifest=set_field("zz_later", value={"a": [1, "b", None, True]}))
        self.sealift("verify", path, "--pubkey", "ops.pub")

    def test_evil_members_are_refused(self):
        self.check_table("change_members", EVIL_MEMBERS)

    def test_evil_ends_are_refused(self):
        self.check_table("change_tar", EVIL_ENDS)

    def test_evil_compression_is_refused(self):
        self.check_table("change_gzip", EVIL_GZIPS)

    def test_evil_signatures_are_refused(self):
        self.check_table("change_signature", EVIL_SIGNATURES)

    def test_evil_manifests_are_refused_although_they_are_signed(self):
        self.check_table("change_manifest", EVIL_MANIFESTS)

    def test_manifests_that_are_not_canonical_are_refused_although_they_are_signed(self):
        self.check_table("change_json", EVIL_JSON)

    def test_a_legacy_signature_is_refused(self):
        path = self.bundle(arguments=("-l",))
        self.assert_refused(path)

    def test_a_manifest_that_was_changed_after_signing_is_refused(self):
        def change(members):
            members[0] = members[0].replace(b"production", b"productiom")
        self.assert_refused(self.bundle(change_members=change))

    def test_a_key_that_did_not_sign_is_told_which_did(self):
        self.key("other")
        path = self.bundle()
        result = self.sealift("verify", path, "--pubkey", "other.pub", status=1)
        signer = self.sealift("inspect", path, "--format", "json").json()["signers"][0]["key_id"]
        self.assertIn(signer, result.err)

    def test_the_wrong_customer_is_refused_without_naming_the_right_one(self):
        path = self.bundle()
        result = self.sealift("verify", path, "--pubkey", "ops.pub", "--customer", "customer-b", status=1)
        self.assertIn("customer-b", result.err)
        self.assertNotIn("customer-a", result.err)

    def test_a_renamed_folder_does_not_make_a_refusal_name_the_other_customer(self):
        bundle = Bundle(self.path("ops.key"), customer="secretco")
        bundle.top = "customer-a-v1.0-17"
        for name in ("secretco-v1.0-17", "secretco-v9-9"):
            bundle.change_manifest = lambda manifest, name=name: manifest.update(bundle=name)
            path = bundle.write(self.path("renamed.tar.gz"))
            for arguments in (["verify", path, "--explain"], ["verify", path, "--format", "json"], ["install", path, "--root", "site"]):
                result = self.sealift(*arguments, "--pubkey", "ops.pub", "--customer", "customer-a", status=1)
                self.assertNotIn("secretco", result.out + result.err)

    def test_a_bomb_costs_little(self):
        def bomb(members):
            members[4] = member(f"{TOP}/values/b.yaml", b"\0" * (200 << 20), TIME)
        self.assert_refused(self.bundle(change_members=bomb))

    def test_refusals_are_reports_for_other_programs_too(self):
        path = self.bundle(change_gzip=lambda data: data + b"x")
        report = self.sealift("verify", path, "--pubkey", "ops.pub", "--format", "json", status=1).json()
        self.assertFalse(report["verified"])
        self.assertEqual(report["error"]["code"], "refused")

    def test_what_is_no_bundle_is_told_as_what_it_is(self):
        bundle = self.bundle()
        cases = (("empty", b"", "empty: this is no bundle: the file is empty"),
                 ("short", b"abc", "short: this is no bundle: it is neither gzip data"),
                 ("text", b"a text of some length\n" * 9, "this is no bundle"))
        for name, content, said in cases:
            for command in (("inspect",), ("verify", "--pubkey", "ops.pub")):
                with self.subTest(name=name, command=command):
                    self.assertIn(said, self.sealift(*command, self.write(name, content), status=1).err)
        self.assertIn("is a bundle, not a key", self.sealift("verify", bundle, "--pubkey", bundle, status=2).err)

    def test_where_a_cut_bundle_ends_is_told(self):
        path = self.bundle()
        with open(path, "rb") as f:
            whole = f.read()
        members = set()
        for length in range(20, len(whole) - 8, max(1, len(whole) // 12)):
            with open(path, "wb") as f:
                f.write(whole[:length])
            said = self.sealift("verify", path, "--pubkey", "ops.pub", status=1).err
            self.assertRegex(said, "(in member |behind manifest.json|gz: gzip: ).*ends in the middle")
            members.update(re.findall('in member "([^"]+)"', said))
        self.assertIn("manifest.json", members)
        self.assertGreater(len(members), 1)

    def test_every_truncation_is_refused(self):
        path = self.bundle()
        with open(path, "rb") as f:
            whole = f.read()
        for length in range(0, len(whole), max(1, len(whole) // 60)):
            with self.subTest(length=length):
                with open(path, "wb") as f:
                    f.write(whole[:length])
                self.sealift("verify", path, "--pubkey", "ops.pub", status=1)

    def test_what_is_no_file_is_status_3(self):
        self.sealift("verify", "missing.tar.gz", "--pubkey", "ops.pub", status=3)
        self.sealift("verify", "in", "--pubkey", "ops.pub", status=3)


if __name__ == "__main__":
    main()
