#!/usr/bin/env python3
"""More signatures for a bundle: in it and beside it, by keys that are files and by external signers, to and from stock
minisign."""
import base64
import gzip
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tarfile
import unittest

from harness import SEALIFT, SOURCE, Case, have, main

OPENSSL_SIGNER = os.path.join(SOURCE, "scripts/key-command-openssl")


class Signing(Case):
    def setUp(self):
        super().setUp()
        self.repository()
        for name in ("a", "b", "c"):
            self.key(name)
        self.bundle = self.path("out/customer-a-v1.0-17.tar.gz")

    def id(self, name):
        """The key id, as minisign and sealift show it."""
        return self.read(name + ".pub").split(b"\n")[0].decode().split()[-1].zfill(16)

    def members(self, path):
        with gzip.open(path) as f, tarfile.open(fileobj=f) as archive:
            return {member.name.split("/", 1)[1]: archive.extractfile(member).read() for member in archive}

    def verify(self, *keys, status=0, extra=()):
        keys = [word for key in keys for word in ("--pubkey", key + ".pub")]
        return self.sealift("verify", self.bundle, *keys, "--format", "json", *extra, status=status)

    def proved(self, result):
        return sorted(signer["key_id"] for signer in result.json()["signers"] if signer["proved"])


class Inside(Signing):
    def test_several_keys_sign_while_packing(self):
        self.pack("--key", "b.key", key="a.key")
        self.assertEqual(self.proved(self.verify("a", "b", "c")), sorted([self.id("a"), self.id("b")]))
        names = [name for name in self.members(self.bundle) if name.endswith(".minisig")]
        self.assertEqual(names, sorted(names), "in the order of key ids")

    def test_a_signature_is_added_and_nothing_else_changes(self):
        self.pack(key="b.key")
        before = self.members(self.bundle)
        result = self.sealift("sign", self.bundle, "--key", "a.key", "--key", "c.key", "--out", "signed.tar.gz")
        self.assertIn("signed: customer-a-v1.0-17", result.out)
        self.assertEqual(self.members(self.bundle), before, "the bundle itself stays")
        after = self.members(self.path("signed.tar.gz"))
        added = {f"manifest.json.{self.id(name)}.minisig" for name in "ac"}
        self.assertEqual(set(after) - set(before), added)
        for name, content in before.items():
            self.assertEqual(after[name], content, name)
        self.bundle = self.path("signed.tar.gz")
        self.assertEqual(self.proved(self.verify("a", "b", "c")), sorted(map(self.id, "abc")))

    def test_it_is_what_packing_with_that_key_would_have_made(self):
        self.pack("--key", "c.key", key="a.key", out="both")
        self.pack(key="a.key")
        self.sealift("sign", self.bundle, "--key", "c.key", "--replace")
        with gzip.open(self.bundle) as one, gzip.open(self.path("both/customer-a-v1.0-17.tar.gz")) as other:
            self.assertEqual(one.read(), other.read())

    def test_a_bundle_without_signatures_gets_its_first(self):
        self.pack(key=None)
        self.verify("a", status=1)
        self.sealift("sign", self.bundle, "--key", "a.key", "--replace")
        self.assertEqual(self.proved(self.verify("a")), [self.id("a")])

    def test_signing_again_changes_nothing_and_says_so(self):
        self.pack(key="a.key")
        before = self.read(self.bundle)
        result = self.sealift("sign", self.bundle, "--key", "a.key", "--replace")
        self.assertIn("already signed", result.out)
        self.assertEqual(self.read(self.bundle), before)
        result = self.sealift("sign", self.bundle, "--key", "a.key", "--out", "other.tar.gz", "--format", "json").json()
        self.assertEqual(result["signers"], [{"key_id": self.id("a"), "added": False}])
        self.assertFalse(os.path.exists(self.path("other.tar.gz")))

    def test_what_is_there_is_replaced_only_when_asked_for(self):
        self.pack(key="a.key")
        self.write("other.tar.gz", "mine")
        result = self.sealift("sign", self.bundle, "--key", "b.key", "--out", "other.tar.gz", status=None)
        self.assertIn("other.tar.gz exists already", result.err)
        self.assertEqual(self.read("other.tar.gz"), b"mine")
        self.sealift("sign", self.bundle, "--key", "b.key", "--out", "other.tar.gz", "--replace")
        self.assertEqual(self.members(self.path("other.tar.gz"))["manifest.json"],
                         self.members(self.bundle)["manifest.json"])

    def test_a_damaged_bundle_is_refused_and_nothing_is_written(self):
        self.pack(key="a.key")
        with gzip.open(self.bundle) as f:
            container = bytearray(f.read())
        at = container.find(b"kind: Kustomization")
        container[at] ^= 1
        for what, content in (("a changed file", gzip.compress(bytes(container))),
                              ("a cut end", self.read(self.bundle)[:-20]), ("no bundle", b"text\n")):
            self.write("out/bad.tar.gz", content)
            for where in (["--replace"], ["--out", "signed.tar.gz"], ["--detached"]):
                with self.subTest(what=what, where=where):
                    result = self.sealift("sign", "out/bad.tar.gz", "--key", "b.key", *where, status=1)
                    self.assertIn("out/bad.tar.gz: ", result.err)
                    self.assertEqual(self.read("out/bad.tar.gz"), content)
                    self.assertEqual(sorted(os.listdir(self.path("out"))),
                                     ["bad.tar.gz", "customer-a-v1.0-17.tar.gz"])
                    self.assertFalse(os.path.exists(self.path("signed.tar.gz")))

    def test_another_key_under_the_id_of_one_that_signed_is_refused(self):
        self.pack(key="a.key")
        # The id is eight free bytes: c gets that of a.
        lines = self.read("c.key").split(b"\n")
        body = bytearray(base64.b64decode(lines[1]))
        other = base64.b64decode(self.read("a.key").split(b"\n")[1])
        body[54:62] = other[54:62]
        body[126:158] = hashlib.blake2b(b"Ed" + bytes(body[54:126]), digest_size=32).digest()
        self.write("evil.key", lines[0] + b"\n" + base64.b64encode(bytes(body)) + b"\n")
        result = self.sealift("sign", self.bundle, "--key", "evil.key", "--replace", status=1)
        self.assertIn("the signature that is in the bundle: the signature does not match", result.err)

    def test_usage(self):
        self.pack(key="a.key")
        for words, message in (
                ([], "sign needs --key FILE or --key-command COMMAND"),
                (["--key", "b.key"], "where does the signed bundle go?"),
                (["--key", "b.key", "--detached", "--out", "x"], "it cannot be given with --out"),
                (["--key", "b.key", "--key", "b.key", "--replace"], "keys 1 and 2 are the same"),
                (["--key", "b.pub", "--replace"], "this is a public key, not a secret key"),
                (["--key", "b.key", "--key-command", "true", "--key-timeout", "90000", "--replace"], "at most 86400")):
            with self.subTest(words=words):
                self.assertIn(message, self.sealift("sign", self.bundle, *words, status=None).err)
        self.assertIn("missing.tar.gz", self.sealift("sign", "missing.tar.gz", "--key", "b.key", "--replace", status=3).err)

    def test_seventeen_signatures_are_too_many(self):
        self.pack(key="a.key")
        for i in range(15):
            self.key(f"k{i}")
        more = [word for i in range(15) for word in ("--key", f"k{i}.key")]
        self.sealift("sign", self.bundle, *more, "--replace")
        result = self.sealift("sign", self.bundle, "--key", "b.key", "--replace", status=None)
        self.assertIn("a bundle may have 16 signatures", result.err)
        self.assertEqual(self.proved(self.verify("a")), [self.id("a")])


class Beside(Signing):
    def beside(self, name):
        return f"{self.bundle}.{self.id(name)}.minisig"

    def test_a_detached_signature_is_found_and_counts(self):
        self.pack(key="a.key")
        before = self.read(self.bundle)
        self.verify("b", status=1)
        result = self.sealift("sign", self.bundle, "--key", "b.key", "--detached", "--format", "json").json()
        self.assertEqual(result["signers"], [{"key_id": self.id("b"), "added": True, "path": self.beside("b")}])
        self.assertEqual(self.read(self.bundle), before)
        signers = self.verify("b").json()["signers"]
        self.assertEqual([(s["key_id"], s["proved"], s["detached"]) for s in signers],
                         [(self.id("a"), False, False), (self.id("b"), True, True)])
        self.assertIn("beside the bundle", self.sealift("verify", self.bundle, "--pubkey", "b.pub").out)
        # The same from another directory, and by a path without one.
        self.sealift("verify", os.path.basename(self.bundle), "--pubkey", "../b.pub", cwd=self.path("out"))

    def test_signing_beside_it_again_changes_nothing(self):
        self.pack(key="a.key")
        self.sealift("sign", self.bundle, "--key", "b.key", "--detached")
        before = self.read(self.beside("b"))
        self.assertIn("already signed", self.sealift("sign", self.bundle, "--key", "b.key", "--detached").out)
        self.assertEqual(self.read(self.beside("b")), before)
        self.write(self.beside("b"), "something else\n")
        self.sealift("sign", self.bundle, "--key", "b.key", "--detached", status=1)
        self.assertEqual(self.read(self.beside("b")), b"something else\n")
        self.sealift("sign", self.bundle, "--key", "b.key", "--detached", "--replace")
        self.assertEqual(self.read(self.beside("b")), before)

    def test_one_elsewhere_is_named_with_an_option(self):
        self.pack(key="a.key")
        self.sealift("sign", self.bundle, "--key", "b.key", "--detached")
        os.rename(self.beside("b"), self.path("second.minisig"))
        self.verify("b", status=1)
        self.verify("b", extra=["--signature", "second.minisig"])
        result = self.verify("b", extra=["--signature", "nowhere.minisig"], status=3)
        self.assertIn("nowhere.minisig", result.err)

    def test_an_encrypted_bundle_has_them_under_its_plain_name(self):
        self.pack(key="a.key")
        self.sealift("sign", self.bundle, "--key", "b.key", "--detached")
        os.rename(self.bundle, self.bundle + ".age")
        self.bundle += ".age"
        self.verify("b")

    def test_a_signature_of_the_plain_bundle_counts_for_the_encrypted_one(self):
        self.sealift("keygen", "--age", "--out", "site")
        self.pack("--encrypt-to", "site.recipient", key="a.key", out="secret")
        secret = self.path("secret/customer-a-v1.0-17.tar.gz.age")
        self.pack("--plain", key=None)
        self.sealift("sign", self.bundle, "--key", "b.key", "--detached")
        shutil.move(self.beside("b"), self.path("secret"))
        self.sealift("verify", secret, "--identity", "site.identity", "--pubkey", "b.pub")

    def test_bad_ones_beside_it_refuse_the_bundle_and_foreign_ones_do_not(self):
        self.pack(key="a.key")
        self.write(self.beside("b"), "no signature\n")
        self.assertIn(f"{self.id('b')}.minisig: line 1", self.verify("a", status=1).err)
        os.remove(self.beside("b"))
        # Of another bundle: by a key that is trusted, and by one that is not.
        self.pack(release="v1.1", out="other", key="a.key")
        other = [name for name in os.listdir(self.path("other"))][0]
        self.sealift("sign", "other/" + other, "--key", "b.key", "--detached")
        shutil.copy(self.path(f"other/{other}.{self.id('b')}.minisig"), self.beside("b"))
        self.verify("a")
        self.assertIn("does not match", self.verify("a", "b", status=1).err)

    def test_files_of_other_names_are_not_looked_at(self):
        self.pack(key="a.key")
        for name in (".minisig", ".0123456789abcdef.minisig", ".0123456789ABCDE.minisig", ".x0123456789ABCDEF.minisig",
                     ".0123456789ABCDEF.minisig.bak"):
            self.write(self.bundle + name, "no signature\n")
        self.write(self.path("out/other.0123456789ABCDEF.minisig"), "no signature\n")
        self.verify("a")

    def test_links_and_crowds_are_refused(self):
        self.pack(key="a.key")
        os.symlink(self.path("a.pub"), self.bundle + ".0000000000000000.minisig")
        self.assertIn("links are not followed", self.verify("a", status=1).err)
        os.remove(self.bundle + ".0000000000000000.minisig")
        for i in range(17):
            self.write(f"{self.bundle}.{i:016X}.minisig", "")
        self.assertIn("more than 16 detached signatures", self.verify("a", status=None).err)

    def test_an_installation_keeps_the_detached_signatures_that_counted(self):
        self.pack(key="a.key")
        self.sealift("sign", self.bundle, "--key", "b.key", "--key", "c.key", "--detached")
        self.sealift("install", self.bundle, "--pubkey", "b.pub", "--root", "site")
        kept = [name for name in os.listdir(self.path("site/current/")) if name.endswith(".minisig")]
        self.assertEqual(sorted(kept), sorted(f"manifest.json.{self.id(name)}.minisig" for name in "ab"))
        self.assertIn("intact", self.sealift("status", "--root", "site").out)
        self.assertIn("already installed", self.sealift("install", self.bundle, "--pubkey", "b.pub", "--root", "site").out)


class Threshold(Signing):
    def test_signatures_inside_and_beside_count_together_for_trust_json(self):
        for name in ("root", "d"):
            self.key(name)
        os.mkdir(self.path("trust"))
        self.sealift("trust", "init", "trust/1.json", "--customer", "customer-a", "--root-key", "root.pub",
                     "--release-key", "a.pub", "--release-key", "b.pub", "--threshold", "release=2")
        self.sealift("trust", "sign", "trust/1.json", "--key", "root.key")
        verify = ["verify", self.bundle, "--trust", "trust/1.json"]
        self.pack("--trust", "trust", key="a.key")
        self.sealift(*verify, status=1)
        for name, enough in (("d", False), ("a", False), ("b", True)):
            self.sealift("sign", self.bundle, "--key", name + ".key", "--detached")
            self.sealift(*verify, status=0 if enough else 1)
        os.remove(f"{self.bundle}.{self.id('b')}.minisig")
        self.sealift(*verify, status=1)
        self.sealift("sign", self.bundle, "--key", "b.key", "--replace")
        self.sealift(*verify)


@unittest.skipUnless(have("minisign"), "minisign is not installed")
class Minisign(Signing):
    def minisign(self, *words, stdin=b"", status=0):
        process = subprocess.run(["minisign", *words], input=stdin, cwd=self.dir, capture_output=True, check=False)
        self.assertEqual(process.returncode, status, process.stderr)
        return process.stdout.decode()

    def unpack(self):
        self.write("manifest.json", self.members(self.bundle)["manifest.json"])

    def test_minisign_accepts_what_sealift_added(self):
        self.pack(key="a.key")
        self.unpack()
        self.sealift("sign", self.bundle, "--key", "b.key", "--detached")
        self.minisign("-VHm", "manifest.json", "-x", f"{self.bundle}.{self.id('b')}.minisig", "-p", "b.pub")
        self.sealift("sign", self.bundle, "--key", "c.key", "--replace")
        self.write("c.minisig", self.members(self.bundle)[f"manifest.json.{self.id('c')}.minisig"])
        self.minisign("-VHm", "manifest.json", "-x", "c.minisig", "-p", "c.pub")

    def test_sealift_accepts_what_minisign_signed_beside_it(self):
        self.pack(key="a.key")
        self.unpack()
        self.minisign("-G", "-W", "-p", "stock.pub", "-s", "stock.key")
        self.minisign("-SHm", "manifest.json", "-s", "stock.key", "-x", f"{self.bundle}.{self.id('stock')}.minisig")
        self.assertEqual(self.proved(self.verify("stock")), [self.id("stock")])
        # And the key that minisign made signs here.
        self.sealift("sign", self.bundle, "--key", "stock.key", "--replace")
        self.assertEqual(set(self.proved(self.verify("a", "stock"))), {self.id("a"), self.id("stock")})

    def test_keys_with_a_password_both_ways(self):
        self.pack(key="a.key")
        self.unpack()
        self.write("password", "correct horse\n")
        self.sealift("keygen", "--out", "ours", "--password-file", "password")
        self.minisign("-SHm", "manifest.json", "-s", "ours.key", "-x", "ours.minisig", stdin=b"correct horse\n")
        self.verify("ours", extra=["--signature", "ours.minisig"])
        self.minisign("-G", "-p", "theirs.pub", "-s", "theirs.key", stdin=b"correct horse\ncorrect horse\n")
        self.sealift("sign", self.bundle, "--key", "theirs.key", "--password-file", "password", "--replace")
        self.assertEqual(self.proved(self.verify("theirs")), [self.id("theirs")])
        self.write("wrong", "battery\n")
        result = self.sealift("sign", self.bundle, "--key", "ours.key", "--password-file", "wrong", "--replace", status=None)
        self.assertIn("wrong password", result.err)


# A signer in Python for what openssl's script cannot be made to do wrong. MODE is what it does.
FAKE = r"""
import os, sys, time
mode, request = sys.argv[1], sys.stdin.read()
open(sys.argv[2], "a").write(request + "--\n")
fields = dict(line.split(" ", 1) for line in request.splitlines())
key = "7f858d7c0db0ce60ccec8efe2ef8d891bf5d600589d01b9c2c74ca14aadc8441"
if mode == "status":
    sys.exit(7)
if mode == "signal":
    os.kill(os.getpid(), 9)
if mode == "slow":
    time.sleep(30)
if mode == "closed":
    os.close(1)
    time.sleep(30)
if mode == "garbage":
    print("\x1b[31mPIN?")
    sys.exit(0)
if mode == "flood":
    try:
        while True:
            print("public-key " + key)
    except BrokenPipeError:
        os._exit(0)
if mode == "other-key" and fields["request"] == "sign":
    key = "f4" * 32
if mode == "nothing":
    sys.exit(0)
print("public-key " + (key if mode != "bad-key" else "00" * 32))
if fields["request"] == "sign" and mode != "no-signature":
    print("signature " + "00" * 64)
"""


class KeyCommand(Signing):
    def fake(self, mode):
        self.write("fake.py", FAKE)
        return f"python3 '{self.path('fake.py')}' {mode} {self.path('log')}"

    def test_what_goes_wrong_is_said_and_nothing_is_written(self):
        self.pack(key="a.key")
        before = self.listing("out")
        for mode, message in (
                ("status", "the key command ended with status 7: python3 "),
                ("signal", "the key command was ended by signal 9: python3 "),
                ("slow", "the key command did not answer in time (--key-timeout): python3 "),
                ("closed", "the key command did not answer in time (--key-timeout): python3 "),
                ("garbage", "the key command's answer: line 1 is not what was asked for: \\x1b[31mPIN?"),
                ("flood", "the key command answered more than 4096 bytes"),
                ("nothing", "the key command's answer: there is no line \"public-key ...\""),
                ("bad-key", "the key command's answer: the public key is not one of Ed25519"),
                ("other-key", "the public key is not one of Ed25519"),
                ("no-signature", "the key command's answer: there is no line \"signature ...\""),
                ("lies", "what was returned as the signature of key 76B1115412EDAF61 is not one")):
            for where in ("--replace", "--detached"):
                with self.subTest(mode=mode, where=where):
                    limit = ["--key-timeout", "1"] if "in time" in message else []
                    result = self.sealift("sign", self.bundle, "--key-command", self.fake(mode), *limit, where, status=None)
                    self.assertIn(message, result.err)
                    self.assertEqual(self.listing("out"), before)
        result = self.sealift("-C", "repo", "pack", "--release", "v1.0", "--customer", "customer-a", "--out", "none",
                              "--key-command", self.fake("lies"), status=1)
        self.assertIn("is not one", result.err)
        self.assertFalse(os.path.exists(self.path("none/customer-a-v1.0-17.tar.gz")))

    def test_how_it_ended_is_known_also_where_the_signal_for_that_is_ignored(self):
        """A program that ignores SIGCHLD hands that on to what it starts, and the kernel forgets how their children end."""
        self.pack(key="a.key")
        process = subprocess.run([SEALIFT, "sign", self.bundle, "--key-command", self.fake("status"), "--detached"],
                                 cwd=self.dir, capture_output=True, check=False,
                                 preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
        self.assertIn("the key command ended with status 7: python3 ", process.stderr.decode())
        self.assertEqual(process.returncode, 3)

    def test_a_command_that_cannot_be_run(self):
        self.pack(key="a.key")
        for command, message in (("", "--key-command wants COMMAND, not an empty text"), ("  ", "the key command is empty"),
                                 ("'x", "a quote in the key command is not closed"),
                                 ("no-such-program --x", "run the key command \"no-such-program --x\": No such file"),
                                 (" ".join(["x"] * 65), "a key command has more than 64 words")):
            with self.subTest(command=command):
                result = self.sealift("sign", self.bundle, "--key-command", command, "--detached", status=None)
                self.assertNotEqual(result.status, 0)
                if command:
                    self.assertIn(message, result.err)

    def test_there_is_no_shell_and_quotes_keep_blanks(self):
        self.pack(key="a.key")
        self.write("show.py", "import sys; open(sys.argv[1], 'w').write(repr(sys.argv[2:]))")
        command = f"python3 '{self.path('show.py')}' {self.path('words')} $HOME 'a  b'\"c 'd\"   `x` \\' e' * ;"
        self.sealift("sign", self.bundle, "--key-command", command, "--detached", status=None)
        self.assertEqual(self.read("words").decode(), repr(["$HOME", "a  bc 'd", "`x`", "\\ e", "*", ";"]))

    @unittest.skipUnless(have("openssl"), "openssl is not installed")
    def test_a_key_that_only_openssl_has_signs_as_any_other(self):
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.path("rel ease.pem")], check=True)
        command = f"'{OPENSSL_SIGNER}' \"{self.path('rel ease.pem')}\""
        self.sealift("keygen", "--key-command", command, "--out", "hsm")
        self.assertFalse(os.path.exists(self.path("hsm.key")))
        self.assertRegex(self.read("hsm.pub").decode(),
                         r"^untrusted comment: minisign public key [0-9A-F]{1,16}\nRW[A-Za-z0-9+/]{54}\n$")
        self.pack("--key-command", command, key=None)
        self.assertEqual(self.proved(self.verify("hsm")), [self.id("hsm")])
        self.pack(key="a.key", out="second")
        self.bundle = self.path("second/customer-a-v1.0-17.tar.gz")
        self.sealift("sign", self.bundle, "--key-command", command, "--detached")
        self.assertEqual(self.proved(self.verify("hsm")), [self.id("hsm")])
        self.sealift("sign", self.bundle, "--key-command", command, "--key", "b.key", "--replace")
        self.assertEqual(set(self.proved(self.verify("hsm", "b"))), {self.id("hsm"), self.id("b")})
        if have("minisign"):
            self.write("manifest.json", self.members(self.bundle)["manifest.json"])
            self.write("hsm.minisig", self.members(self.bundle)[f"manifest.json.{self.id('hsm')}.minisig"])
            subprocess.run(["minisign", "-VHm", "manifest.json", "-x", "hsm.minisig", "-p", "hsm.pub"], cwd=self.dir,
                           check=True, capture_output=True)

    def test_a_purpose_is_one_of_three_and_for_a_key_command(self):
        self.sealift("keygen", "--key-command", self.fake("works"), "--purpose", "grant", "--out", "hsm")
        self.assertIn("purpose grant\n", self.read("log").decode())
        self.assertIn("bundle, trust or grant", self.sealift("keygen", "--key-command", "x", "--purpose", "tea", status=2).err)
        self.assertIn("--purpose is for --key-command", self.sealift("keygen", "--purpose", "trust", status=2).err)

    def test_the_request_is_what_the_format_says(self):
        self.pack(key="a.key")
        self.sealift("sign", self.bundle, "--key-command", self.fake("lies"), "--detached", status=1)
        log = self.read("log").decode().split("--\n")
        self.assertEqual(log[0], "sealift-key-command 1\nrequest public-key\npurpose bundle\npublic-key unknown\n")
        manifest = self.members(self.bundle)["manifest.json"]
        self.assertRegex(log[1], re.compile(
            "sealift-key-command 1\nrequest sign\npurpose bundle\npublic-key RWR[A-Za-z0-9+/]{53}\n"
            "comment sealift bundle=customer-a-v1.0-17 customer=customer-a release=v1.0 sequence=17 manifest-sha256="
            + hashlib.sha256(manifest).hexdigest() + "\nmessage " + hashlib.blake2b(manifest).hexdigest() + "\n$"))


if __name__ == "__main__":
    main()
