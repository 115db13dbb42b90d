#!/usr/bin/env python3
"""Bundles that are encrypted on their way: packing, reading, refusing, and stock age on the other side."""
import os
import pty
import re
import stat
import subprocess
import unittest

from harness import Case, Result, have, main

SITE = os.path.join(os.environ.get("SEALIFT_RELEASE", ""), "sealift-site")
AGE = have("age") and have("age-keygen")
NO_RECIPIENT = "age1" + "q" * 58


class AgeCase(Case):
    def setUp(self):
        super().setUp()
        self.repository()
        self.key()
        self.ours = self.identity("site")

    def identity(self, name):
        """A new one in NAME.identity; its recipient."""
        self.sealift("keygen", "--age", "--out", name)
        return self.read(name + ".recipient").decode().strip()

    def encrypted(self, *args, to=None, **kwargs):
        return self.pack("--encrypt-to", to or self.ours, *args, **kwargs)

    def verify(self, bundle, *identities, **kwargs):
        given = [word for name in identities for word in ("--identity", name)]
        return self.sealift("verify", bundle, "--pubkey", "ops.pub", *given, **kwargs)

    def install(self, bundle, *args, **kwargs):
        return self.sealift("install", bundle, "--pubkey", "ops.pub", "--root", "root", *args, **kwargs)

    def age(self, *args, stdin=b""):
        return subprocess.run(["age", *args], cwd=self.dir, input=stdin, capture_output=True, check=True).stdout


class Secrecy(AgeCase):
    # -- identities --

    def test_an_identity_file_is_as_age_keygen_writes_it(self):
        lines = self.read("site.identity").decode().splitlines()
        self.assertRegex(lines[0], r"^# created: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(lines[1], "# public key: " + self.ours)
        self.assertRegex(lines[2], r"^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$")
        self.assertEqual(len(lines), 3)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("site.identity")).st_mode), 0o600)
        self.assertNotEqual(self.identity("other"), self.ours)

    def test_a_key_is_never_overwritten_and_half_a_pair_never_left(self):
        before = self.read("site.identity")
        self.assertIn("never overwritten", self.sealift("keygen", "--age", "--out", "site", status=3).err)
        self.assertEqual(self.read("site.identity"), before)
        self.write("half.recipient", "mine")
        self.sealift("keygen", "--age", "--out", "half", status=3)
        self.assertFalse(os.path.exists(self.path("half.identity")))

    def test_an_identity_has_no_password(self):
        self.write("password", "secret\n")
        for option in (["--no-password"], ["--password-file", "password"]):
            self.assertIn("has no password", self.sealift("keygen", "--age", *option, "--out", "x", status=2).err)
        self.assertIn("too long", self.sealift("keygen", "--age", "--out", "x" * 5000, status=2).err)

    # -- packing --

    def test_an_encrypted_bundle_is_named_so_and_tells_for_whom(self):
        other = self.identity("other")
        result = self.sealift("-C", "repo", "pack", "--release", "v1.0", "--customer", "customer-a", "--key", "ops.key",
                              "--encrypt-to", "site.recipient", "--encrypt-to", other, "--encrypt-to", self.ours,
                              "--out", "out", "--format", "json").json()
        self.assertTrue(result["path"].endswith("/customer-a-v1.0-17.tar.gz.age"), result["path"])
        self.assertEqual(result["recipients"], [self.ours, other])
        self.assertEqual(result["bundle_bytes"], os.path.getsize(self.path(result["path"])))
        self.assertEqual(os.listdir(self.path("out")), ["customer-a-v1.0-17.tar.gz.age"])
        for name in ("site.identity", "other.identity"):
            self.verify(result["path"], name)
        text = self.sealift("-C", "repo", "pack", "--release", "v1.0", "--customer", "customer-a", "--encrypt-to", self.ours,
                            "--out", "again").out
        self.assertIn("encrypted    for " + self.ours, text)

    def test_a_file_of_recipients_may_have_comments(self):
        self.write("both", f"# the site\n{self.ours}\n\n# and who keeps a copy\r\n{self.identity('other')}\r\n")
        bundle = self.encrypted(to="both")
        self.verify(bundle, "other.identity")

    def test_the_customers_file_says_whom_to_encrypt_for(self):
        name = "repo/overlays/customer-a/cluster-config.yaml"
        self.write(name, self.read(name) + f"age-recipients:\n  - {self.ours}\n".encode())
        self.git("commit", "-aqm", "secrecy")
        bundle = self.pack()
        self.assertTrue(bundle.endswith(".tar.gz.age"))
        self.verify(bundle, "site.identity")
        both = self.pack("--encrypt-to", self.identity("other"), out="both")
        self.verify(both, "site.identity")
        self.verify(both, "other.identity")
        plain = self.pack("--plain", out="plain")
        self.assertTrue(plain.endswith(".tar.gz"))
        self.verify(plain)

    def test_a_wrong_recipient_in_the_customers_file_is_a_finding_with_its_place(self):
        name = "repo/overlays/customer-a/cluster-config.yaml"
        lines = len(self.read(name).splitlines())
        self.write(name, self.read(name) + f"age-recipients:\n  - {self.ours}\n  - {NO_RECIPIENT}\n  - [1]\n".encode())
        self.git("commit", "-aqm", "wrong")
        result = self.pack(status=1)
        self.assertIn(f"overlays/customer-a/cluster-config.yaml:{lines + 3}:5: error: age-recipients: ", result.err)
        self.assertIn(f"overlays/customer-a/cluster-config.yaml:{lines + 4}:5: error: age-recipients", result.err)

    def test_what_is_no_recipient_is_told_as_what_it_is(self):
        rows = {
            NO_RECIPIENT: (2, "mistyped"),
            self.ours[:-1]: (2, "62 characters, this has 61"),
            self.ours.upper(): (3, "No such file"),
            "site.identity": (2, "this is an identity, the secret half"),
            "ops.pub": (2, "line 1: "),
            "nowhere": (3, "No such file"),
        }
        for item, (status, message) in rows.items():
            result = self.encrypted(to=item, status=status)
            self.assertIn(message, result.err, item)
            self.assertNotIn("AGE-SECRET-KEY", result.err)
        self.assertIn("contradict", self.encrypted("--plain", status=2).err)

    def test_a_secret_in_a_file_of_recipients_is_not_repeated(self):
        age = re.search(r"AGE-SECRET-KEY-1\w+", self.read("site.identity").decode()).group()
        minisign = self.read("ops.key").decode().splitlines()[1]
        name = "repo/overlays/customer-a/cluster-config.yaml"
        config = self.read(name)
        for secret, said in ((age.lower(), "this is an identity"), (" " + age, "this is an identity"), ("x" + age, "this is an identity"),
                             (minisign, "this is not a recipient of age"), (age[16:], "this is not a recipient of age")):
            self.write("recipients", f"# ours\n{secret}\n")
            self.write(name, config + f"age-recipients: [\"{secret}\"]\n".encode())
            of_file = self.encrypted(to="recipients", status=2)
            self.assertIn("recipients: line 2: " + said, of_file.err)
            reports = [of_file]
            for form in ("text", "json", "sarif", "junit"):
                reports.append(self.sealift("-C", "repo", "validate", "--release", "v1.0", "--customer", "customer-a", "--format", form, status=1))
                self.assertIn("age-recipients: " + said, reports[-1].out + reports[-1].err, form)
            for report in reports:
                self.assertNotIn(secret[20:40].lower(), (report.out + report.err).lower())

    def test_a_secret_that_was_given_itself_is_not_repeated(self):
        """Not its path: the text. Messages end up in logs."""
        age = re.search(r"AGE-SECRET-KEY-1\w+", self.read("site.identity").decode()).group()
        minisign = self.read("ops.key").decode().splitlines()[1]
        pack = ["-C", "repo", "pack", "--release", "v1.0", "--customer", "customer-a", "--out", "x"]
        verify = ["verify", "x.tar.gz", "--pubkey"]
        for secret, named in ((age, "an identity of age"), (age.lower(), "an identity of age"), (age[:30], "an identity of age"), (" " + age, "an identity of age"),
                              (age[:64] + "\n" + age[64:] + "\n", "an identity of age"),
                              (minisign, "a secret key of minisign"), (minisign[:60], "a secret key of minisign"),
                              (f"untrusted comment: minisign secret key\n{minisign}\n", "a secret key of minisign")):
            for option, command in (
                    ("--encrypt-to", [*pack, "--key", "ops.key", "--encrypt-to", secret]),
                    ("--encrypt-to", [*pack, "--key", "ops.key", f"--encrypt-to={secret}"]),
                    ("--key", [*pack, "--key", secret]), ("--pubkey", [*verify, secret]),
                    ("--identity", [*verify, "ops.pub", "--identity", secret]),
                    ("--password-file", [*verify, "ops.pub", "--password-file", secret, "--identity", "site.identity"]),
                    ("--trust", ["receipt", "check", "x", "--trust", secret]),
                    ("--key", ["trust", "revoke", "1.json", "--key", secret]), ("--key", ["trust", "sign", "1.json", f"--key={secret}"]),
                    ("the command", ["inspect", secret]), ("the command", [secret]), ("the command", ["verify", "--" + secret])):
                for form in ([], ["--format", "json"]):
                    refused = self.sealift(*command, *form, status=2)
                    self.assertIn(f"{option} was given {named} itself, the secret half", refused.err, command)
                    for part in (secret[-20:], secret[20:40]):
                        self.assertNotIn(part.strip().lower(), (refused.out + refused.err).lower(), command)
        self.assertIn("give the recipient, \"age1...\"", self.sealift(*pack, "--encrypt-to", age, status=2).err)
        self.assertIn("this is a secret key, not a public key", self.sealift(*verify, "ops.key", status=2).err)

    def test_the_name_of_a_file_is_no_secret(self):
        bundle = self.encrypted()
        for name in ("age-secret-key-site.txt", "AGE-SECRET-KEY-site", "age-secret-key-1.txt", "AGE-SECRET-KEY-1-customer-a"):
            os.makedirs(self.path("keys"), exist_ok=True)
            self.write("keys/" + name, self.read("site.identity"))
            self.write(name, self.read("site.identity"))
            for path in (name, "./keys/" + name):
                self.verify(bundle, path)

    def test_an_encrypted_bundle_that_is_there_is_not_replaced_unasked(self):
        self.encrypted()
        self.assertIn("exists already", self.encrypted(status=3).err)
        self.encrypted("--replace")
        self.pack()

    # -- reading --

    def test_verify_inspect_and_install_read_it_with_the_right_identity_among_others(self):
        self.identity("other")
        bundle = self.encrypted()
        plain = self.pack(out="plain")
        given = ["--identity", "other.identity", "--identity", "site.identity"]
        as_plain = self.sealift("verify", plain, "--pubkey", "ops.pub", *given).out
        self.assertEqual(self.verify(bundle, "other.identity", "site.identity").out, as_plain)
        self.assertEqual(self.sealift("inspect", bundle, "--files", *given).out,
                         self.sealift("inspect", plain, "--files").out)
        self.install(bundle, *given)
        self.assertIn("already installed", self.install(plain).out)

    def test_the_name_does_not_matter_but_the_first_bytes_do(self):
        os.rename(self.path(self.encrypted()), self.path("bundle"))
        self.verify("bundle", "site.identity")
        os.rename(self.path(self.pack()), self.path("bundle.age"))
        self.verify("bundle.age")

    def test_without_an_identity_it_says_what_is_missing(self):
        bundle = self.encrypted()
        for command in (["verify", "--pubkey", "ops.pub"], ["inspect"], ["install", "--pubkey", "ops.pub", "--root", "root"]):
            result = self.sealift(*command, bundle, status=2)
            self.assertIn("the bundle is encrypted for age recipients; give --identity", result.err)
        self.assertFalse(os.path.exists(self.path("root")))

    def test_with_the_wrong_identity_it_says_so_and_names_nobody(self):
        self.identity("other")
        self.identity("third")
        os.rename(self.path(self.encrypted()), self.path("b.age"))
        one = self.verify("b.age", "other.identity", status=1)
        self.assertIn("the identity given cannot open it: it is encrypted for somebody else", one.err)
        self.assertIn("the wrong customer's disk", one.err)
        two = self.verify("b.age", "other.identity", "third.identity", status=1)
        self.assertIn("none of the 2 identities given can open it", two.err)
        self.assertNotIn("customer-a", one.err + two.err)
        refusal = self.sealift("verify", "b.age", "--pubkey", "ops.pub", "--identity", "other.identity", "--format", "json",
                               status=1).json()
        self.assertEqual((refusal["verified"], refusal["error"]["code"]), (False, "refused"))

    def test_what_is_no_identity_is_told_as_what_it_is(self):
        bundle = self.encrypted()
        rows = {"site.recipient": "this is a recipient, not an identity", "ops.key": "not an identity of age",
                "nowhere": "No such file"}
        self.write("empty", "# nothing\n")
        self.write("lower", self.read("site.identity").decode().lower())
        rows["empty"] = "there is no identity in it"
        rows["lower"] = "line 3: not an identity of age"
        for name, message in rows.items():
            self.assertIn(message, self.verify(bundle, name, status=None).err, name)

    def test_what_was_changed_or_cut_off_leaves_nothing_behind(self):
        bundle = self.read(self.encrypted())
        flipped = bytearray(bundle)
        flipped[len(flipped) // 2] ^= 1
        mac = bytearray(bundle)
        mac[bundle.index(b"\n--- ") + 6] ^= 1
        rows = {
            bytes(flipped): "changed",
            bytes(mac): "age header",
            bundle[:-1]: "changed or cut off",
            bundle[:300]: "cut off",
            bundle[:100]: "ends in the middle of the header",
            bundle + b"x": "cut off",
        }
        for content, message in rows.items():
            self.write("evil.age", content)
            self.assertIn(message, self.verify("evil.age", "site.identity", status=1).err)
            self.install("evil.age", "--identity", "site.identity", status=1)
            left = self.listing("root") if os.path.exists(self.path("root")) else {}
            self.assertEqual({name for name in left if not name.startswith("state")}, set())

    def test_encrypting_proves_nothing_the_signature_inside_decides(self):
        bundle = self.encrypted(key=None)
        self.assertIn("sign", self.verify(bundle, "site.identity", status=1).err)
        self.install(bundle, "--identity", "site.identity", status=1)
        self.assertFalse(os.path.exists(self.path("root/current")))

    def test_an_encrypted_bundle_is_signed_beside_it_only(self):
        self.key("second")
        bundle = self.encrypted()
        before = self.listing("out")
        sign = ["sign", bundle, "--key", "second.key"]
        self.assertIn("give --identity", self.sealift(*sign, "--detached", status=2).err)
        for where in (["--replace"], ["--out", "signed.age"]):
            result = self.sealift(*sign, *where, "--identity", "site.identity", status=2)
            self.assertIn("an encrypted bundle can only be signed beside it", result.err)
        self.assertEqual(self.listing("out"), before)
        self.sealift(*sign, "--detached", "--identity", "site.identity")
        self.sealift("verify", bundle, "--pubkey", "second.pub", "--identity", "site.identity")
        self.assertEqual({name: what for name, what in self.listing("out").items() if name in before}, before)

    # -- stock age --

    @unittest.skipUnless(AGE, "age is not installed")
    def test_stock_age_opens_it_and_finds_the_same_bytes_every_time(self):
        plain = self.read(self.pack(out="plain"))
        first, second = self.encrypted(), self.encrypted(out="second")
        self.assertNotEqual(self.read(first), self.read(second))
        for bundle in (first, second):
            self.assertEqual(self.age("-d", "-i", "site.identity", bundle), plain)

    @unittest.skipUnless(AGE, "age is not installed")
    def test_what_stock_age_encrypted_is_read_binary_and_armored(self):
        plain = self.pack(out="plain")
        subprocess.run(["age-keygen", "-o", "stock.txt"], cwd=self.dir, check=True, capture_output=True)
        recipient = subprocess.run(["age-keygen", "-y", "stock.txt"], cwd=self.dir, check=True, capture_output=True)
        for form in ([], ["-a"]):
            self.age(*form, "-r", recipient.stdout.decode().strip(), "-r", self.ours, "-o", "stock.age", plain)
            self.verify("stock.age", "stock.txt")
            self.verify("stock.age", "site.identity")
        self.assertEqual(subprocess.run(["age-keygen", "-y", "site.identity"], cwd=self.dir, check=True,
                                        capture_output=True).stdout.decode().strip(), self.ours)


# As `age -p -a` makes it, over a file of age-keygen's, with the password "correct horse" and the work factor 10 (stock age takes
# 18, which is 256 MiB each time).
LOCKED = """\
-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBEbnRMb3ByYTFNZDdMcDhK
N2lic0Z3IDEwCnh5TG9wTkhIYmd5L2xLZkszRzlMYTFUeGNKNlVpUjIyWi8rNTVS
VHYwSHMKLS0tIEtNRDNXb2puand0WmVzVDNET1A0aWJGR0F1V0hzTkliNzJiUjlO
dEs3NFUKTIuwbrPx62TqiJGof2VQjfsan75kJxtPPwAp3wu4QkN2EJ8yMK0HotpD
5GWQTsKcZJY7nZ82AL1C+pTSGEFDPKKmQ5Kzl+p0rUmGt/F714yYe34LHOoQ5kmO
Mrk06layYzfUgg5G+RSsGvWdCHEyrcdvwVFUOMjoVGQz8vN8P1c/5SohkJqyl3Ow
KfTL1eEWtbepIPn4ofQeuKD0MUklJ1RMUZqOMXLt+t6fTeh5tGWE43Sn2Nx4Jp8M
fovOgcCKgXFzDtlujkSdvvFFVyKNpDefmGObt+Dn
-----END AGE ENCRYPTED FILE-----
"""
LOCKED_RECIPIENT = "age193tw6tp4dgv7dwtqhxkqvql86fe36nczd738g3uadhkq2grm9u7quv9crj"


class Locked(AgeCase):
    """Identity files that are encrypted themselves."""

    def setUp(self):
        super().setUp()
        self.write("locked.age", LOCKED)
        self.write("password", "correct horse\n")
        self.write("wrong", "battery staple\n")
        self.bundle = self.encrypted(to=LOCKED_RECIPIENT)

    def test_every_command_that_opens_bundles_takes_one_with_its_password(self):
        locked = ["--identity", "locked.age", "--password-file", "password"]
        self.assertIn("not verified", self.sealift("inspect", self.bundle, *locked).out)
        self.assertIn("verified", self.sealift("verify", self.bundle, "--pubkey", "ops.pub", *locked).out)
        self.sealift("sign", self.bundle, "--key", "ops.key", "--detached", *locked)
        self.install(self.bundle, *locked)

    def test_without_a_file_the_password_is_asked_for(self):
        given = ["verify", self.bundle, "--pubkey", "ops.pub", "--identity", "locked.age"]
        self.sealift(*given, stdin=b"correct horse\n")
        self.assertIn("not the one it was encrypted with", self.sealift(*given, stdin=b"\n", status=2).err)

    def test_what_is_wrong_with_it_is_said_and_is_no_refusal_of_the_bundle(self):
        self.write("cut.age", LOCKED[:-60] + "\n-----END AGE ENCRYPTED FILE-----\n")
        self.write("changed.age", LOCKED.replace("KfTL1eEWtbe", "KfTL1eEWtbA"))
        self.write("for-us.age", self.read(self.encrypted(out="for-us")))
        rows = (("locked.age", "wrong", "locked.age, which is encrypted itself: the passphrase is not the one"),
                ("cut.age", "password", "cut.age, which is encrypted itself: "),
                ("changed.age", "password", "changed.age, which is encrypted itself: age: the encrypted data was changed or cut off"),
                ("for-us.age", "password", "for-us.age is a bundle, not a key"),
                ("locked.age", "nowhere", "nowhere"))
        for name, password, message in rows:
            with self.subTest(name=name, password=password):
                said = self.sealift("verify", self.bundle, "--pubkey", "ops.pub", "--identity", name, "--password-file", password,
                                    status=3 if password == "nowhere" else 2)
                self.assertIn(message, said.err)
                self.assertNotIn("AGE-SECRET-KEY", said.out + said.err)

    def test_no_password_is_asked_for_where_none_is_needed(self):
        self.verify(self.encrypted(out="ours"), "site.identity")

    def with_terminal(self, *argv, passwords):
        """Runs a program that asks at its terminal, and types."""
        try:
            pid, terminal = pty.fork()
        except OSError as error:
            self.skipTest(f"no pseudo-terminal: {error}")
        if pid == 0:
            os.chdir(self.dir)
            os.execvp(argv[0], argv)
        said, typed = b"", 0
        while True:
            try:
                piece = os.read(terminal, 1024)
            except OSError:
                break
            if not piece:
                break
            said += piece
            if said.rstrip().endswith(b":") and said.count(b"assphrase") > typed:
                typed = said.count(b"assphrase")
                os.write(terminal, passwords.encode() + b"\n")
        os.close(terminal)
        self.assertEqual(os.waitpid(pid, 0)[1], 0, said)

    @unittest.skipUnless(AGE, "age is not installed")
    def test_stock_age_locks_an_identity_for_us_and_opens_what_is_encrypted_for_it(self):
        for form in ([], ["-a"]):
            name = "stock" + "".join(form)
            self.with_terminal("age", "-p", *form, "-o", name, "site.identity", passwords="a horse")
            self.write("horse", "a horse\n")
            bundle = self.encrypted(out="for" + name)
            self.sealift("verify", bundle, "--pubkey", "ops.pub", "--identity", name, "--password-file", "horse")
            self.with_terminal("age", "-d", "-i", name, "-o", name + ".opened", bundle, passwords="a horse")
            self.sealift("verify", name + ".opened", "--pubkey", "ops.pub")


@unittest.skipUnless(os.path.exists(SITE), "no release build with -DSEALIFT_SITE=ON")
class SiteBinary(AgeCase):
    def site(self, *args, status=0):
        done = subprocess.run([SITE, *args], cwd=self.dir, capture_output=True, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout.decode() + done.stderr.decode()

    def test_the_sites_own_binary_reads_encrypted_bundles_too(self):
        self.identity("other")
        bundle = self.encrypted()
        right, wrong = ["--identity", "site.identity"], ["--identity", "other.identity"]
        self.assertIn("verified", self.site("verify", bundle, "--pubkey", "ops.pub", *wrong, *right))
        self.assertIn("not verified", self.site("inspect", bundle, *right))
        self.assertIn("cannot open it", self.site("verify", bundle, "--pubkey", "ops.pub", *wrong, status=1))
        self.assertIn("give --identity", self.site("install", bundle, "--pubkey", "ops.pub", "--root", "root", status=2))
        self.assertIn("installed", self.site("install", bundle, "--pubkey", "ops.pub", "--root", "root", *right))


if __name__ == "__main__":
    main()
