#!/usr/bin/env python3
"""The life of an enrolled site: its own trust, what it never forgets, and the receipts that it sends back."""
import hashlib
import json
import glob
import os
import re
import shutil
import signal
import subprocess
import unittest

from enrolled_case import Enrolment
from harness import SEALIFT, SOURCE, have, main


class Enrolled(Enrolment):
    # -- enrolling --

    def test_another_fingerprint_makes_no_site(self):
        self.fingerprint = "0" * 64
        self.assertIn("not the one that was given", self.enrol(status=1).err)
        self.assertFalse(os.path.exists(self.path("site")))

    def test_a_site_is_enrolled_once(self):
        self.enrol()
        before = self.listing("site")
        self.assertIn("enrolled already", self.enrol(status=3).err)
        self.assertEqual(self.listing("site"), before)

    def test_its_secrets_are_for_their_owner_only(self):
        self.enrol()
        for name in ("site.key", "age.key"):
            self.assertEqual(os.stat(self.path("site/state", name)).st_mode & 0o777, 0o600, name)

    def test_what_was_installed_with_a_plain_key_counts(self):
        old, new = self.bundle(17), self.bundle(18, release="v1.1")
        self.sealift("install", new, "--pubkey", "ops.pub", "--root", "site")
        self.enrol()
        self.assertIn("a later one was accepted before", self.install(old, status=1).err)

    # -- a life --

    def test_bundles_are_judged_by_what_the_site_knows(self):
        self.enrol()
        old, new = self.bundle(17), self.bundle(18, release="v1.1")
        self.assertIn("leave --pubkey", self.install(old, "--pubkey", "ops.pub", status=2).err)
        self.install(old)
        self.install(new)
        self.assertIn("sequence 18", self.install(old, status=1).err)
        before = self.listing("site")
        self.assertIn("already installed", self.install(new).out)
        self.assertIn("passed", self.sealift("verify", new, "--root", "site", "--explain").out)
        self.assertEqual(self.listing("site"), before, "what changes nothing writes nothing")
        self.sealift("rollback", "--root", "site")
        self.assertEqual(self.receipts(), [
            ("enrol", ""), ("install", "customer-a-v1.0-17"), ("install", "customer-a-v1.1-18"),
            ("refuse", "customer-a-v1.0-17"), ("rollback", "customer-a-v1.0-17")])

    def test_a_signature_that_was_altered_is_told_as_that(self):
        """And not as a bundle whose signers are not trusted, which would send for a grant that nobody needs."""
        self.enrol()
        self.install(self.bundle(17))
        generation = os.path.realpath(self.path("site/current"))
        signature, = glob.glob(os.path.join(generation, "manifest.json.*.minisig"))
        self.install(self.bundle(18, release="v1.1"))
        with open(signature, "rb") as file:
            good = file.read()
        for planted in range(40):
            with open(os.path.join(generation, f"manifest.json.{planted:016X}.minisig"), "wb"):
                pass
        self.sealift("rollback", "--root", "site")
        for kind, alter in (("changed", lambda: self.write(signature, b"")), ("missing", lambda: os.remove(signature))):
            alter()
            self.assertIn(f"{os.path.basename(signature)}", self.sealift("status", "--root", "site", status=1).out)
            self.sealift("rollback", "--root", "site", "--to", "18")
            err = self.sealift("rollback", "--root", "site", status=1).err
            self.assertIn(f"the first {os.path.basename(signature)} ({kind})", err)
            self.write(signature, good)
            os.chmod(signature, 0o644)
            self.sealift("rollback", "--root", "site")

    def test_a_reader_that_is_killed_is_no_refusal(self):
        """As the kernel does where memory is short: nothing is written about the bundle, and it can be installed after."""
        self.enrol()
        with open(self.path("repo/releases/v1.0/artifacts/large.bin"), "wb") as f:
            f.write(os.urandom(16 << 20))
        bundle = self.pack("--sequence", "17", "--trust", "trust", "--allow-dirty")
        process = subprocess.Popen([SEALIFT, "install", bundle, "--root", "site"], cwd=self.dir, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        children = ""
        while not children and process.poll() is None:
            with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as f:
                children = f.read()
        os.kill(int(children), signal.SIGKILL)
        said = process.communicate()[1].decode()
        self.assertEqual(process.returncode, 3, said)
        self.assertIn("says nothing about the bundle", said)
        self.assertEqual(self.receipts(), [("enrol", "")])
        self.install(bundle)

    def test_a_stolen_key_is_revoked_by_the_next_bundle(self):
        self.enrol()
        self.install(self.bundle(17))
        thief = self.bundle(99, release="v1.1", out="thief")
        self.sealift("trust", "revoke", "trust/1.json", "--key", "ops.pub", "--void-after", "17", "--release-key", "new.pub")
        self.sign(2)
        self.install(self.bundle(18, release="v1.1", key="new.key"))
        self.assertIn("revoked", self.install(thief, status=1).err)
        self.assertTrue(os.path.exists(self.path("site/state/trust/2.json")))

    def test_a_used_grant_stays_used_when_only_the_ledger_is_put_back(self):
        self.enrol()
        old = self.bundle(17)
        self.install(old)
        self.next_version(1, "--floor", "18")
        self.install(self.bundle(18, release="v1.1"))
        self.grant(old)
        for name in ("ledger.1", "ledger.2"):
            shutil.copy(self.path("site/state", name), self.path(name))
        self.sealift("rollback", "--root", "site", "--grant", "grant.json")
        used = hashlib.sha256(self.read("grant.json")).hexdigest()
        self.assertIn(used, self.read("site/state/history.jsonl").decode())
        self.sealift("receipt", "export", "--root", "site", "--out", "r.jsonl")
        self.assertIn(used, self.read("r.jsonl").decode())
        for name in ("ledger.1", "ledger.2"):
            shutil.copy(self.path(name), self.path("site/state", name))
        for command in (["rollback", "--root", "site", "--to", "18"],
                        ["rollback", "--root", "site", "--to", "18", "--grant", "grant.json"], ["status", "--root", "site"]):
            result = self.sealift(*command, status=None if command[0] == "status" else 1)
            if command[0] == "rollback":
                self.assertIn("the ledger says less than what was done since", result.err)

    def test_below_the_floor_a_grant_works_once(self):
        self.enrol()
        self.install(self.bundle(17))
        self.sealift("trust", "set", "trust/1.json", "--floor", "18")
        self.sign(2)
        self.install(self.bundle(18, release="v1.1"))
        self.assertIn("below the floor of 18", self.sealift("rollback", "--root", "site", status=1).err)
        digest = self.sealift("inspect", "out/customer-a-v1.0-17.tar.gz", "--format", "json").json()["manifest_sha256"]
        self.sealift("grant", "--site", "site/state/site.pub", "--customer", "customer-a", "--bundle-digest", digest, "--key",
                     "grant.key", "--out", "grant.json")
        self.sealift("rollback", "--root", "site", "--grant", "grant.json")
        self.sealift("rollback", "--root", "site", "--to", "18")
        used = self.sealift("rollback", "--root", "site", "--to", "17", "--grant", "grant.json", status=1)
        self.assertIn("used already", used.err)
        self.assertEqual(self.receipts()[-4:], [
            ("refuse", "customer-a-v1.0-17"), ("rollback", "customer-a-v1.0-17"), ("rollback", "customer-a-v1.1-18"),
            ("refuse", "customer-a-v1.0-17")])

    @unittest.skipUnless(have("openssl"), "openssl is not installed")
    def test_a_grant_may_be_signed_by_a_key_that_only_openssl_has(self):
        signer = f"{os.path.join(SOURCE, 'scripts/key-command-openssl')} {self.path('vault.pem')}"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.path("vault.pem")], check=True)
        self.sealift("keygen", "--key-command", signer, "--purpose", "grant", "--out", "vault")
        self.enrol()
        self.install(self.bundle(17))
        self.sealift("trust", "add-key", "trust/1.json", "--grant-key", "vault.pub", "--floor", "18", "--threshold", "grant=2")
        self.sign(2)
        self.install(self.bundle(18, release="v1.1"))
        digest = self.sealift("inspect", "out/customer-a-v1.0-17.tar.gz", "--format", "json").json()["manifest_sha256"]
        self.sealift("grant", "--site", "site/state/site.pub", "--customer", "customer-a", "--bundle-digest", digest,
                     "--key-command", signer, "--out", "grant.json")
        self.assertIn("by 1 of the 2 keys", self.sealift("rollback", "--root", "site", "--grant", "grant.json", status=1).err)
        self.sealift("grant", "--sign", "grant.json", "--key", "grant.key")
        self.sealift("rollback", "--root", "site", "--grant", "grant.json")

    def test_a_grant_is_not_made_where_nobody_can_sign_it(self):
        args = ["--site", "ops.pub", "--customer", "customer-a", "--bundle-digest", "0" * 64, "--out", "grant.json"]
        self.assertIn("grant needs --key FILE", self.sealift("grant", *args, status=2).err)
        self.sealift("grant", *args, "--key", "nobody.key", status=3)
        self.sealift("grant", *args, "--key-command", "false", status=3)
        self.assertFalse(os.path.exists(self.path("grant.json")))

    def test_a_grant_whose_signature_would_have_too_long_a_path_is_not_made(self):
        """A file of that path could be made, and one with .KEYID.minisig behind it not."""
        deep = self.path("deep")
        while len(deep) < 3879:
            left = 3878 - len(deep)
            deep += "/" + "d" * (left if left <= 100 else min(100, left - 2))
        os.makedirs(deep)
        path = os.path.join(deep, "g" * 200)
        args = ["--site", "ops.pub", "--customer", "customer-a", "--bundle-digest", "0" * 64, "--key", "grant.key", "--out"]
        said = self.sealift("grant", *args, path, status=2)
        self.assertIn("the path of a signature is longer than 4095 bytes", said.err)
        self.assertEqual(os.listdir(deep), [])
        self.sealift("grant", *args, path[:-30])
        self.assertEqual(len(os.listdir(deep)), 2)
        shutil.copy(path[:-30], path)
        said = self.sealift("grant", "--sign", path, "--key", "anna.key", status=2)
        self.assertIn("the path of a signature is longer than 4095 bytes", said.err)
        self.assertEqual(len(os.listdir(deep)), 3)

    def test_a_grant_that_the_wrong_key_signed_is_refused(self):
        self.enrol()
        self.install(self.bundle(17))
        self.sealift("trust", "set", "trust/1.json", "--floor", "18")
        self.sign(2)
        self.install(self.bundle(18, release="v1.1"))
        digest = self.sealift("inspect", "out/customer-a-v1.0-17.tar.gz", "--format", "json").json()["manifest_sha256"]
        for key in ("ops", "anna"):
            self.sealift("grant", "--site", "site/state/site.pub", "--customer", "customer-a", "--bundle-digest", digest, "--key",
                         f"{key}.key", "--out", f"{key}.json")
            self.sealift("rollback", "--root", "site", "--grant", f"{key}.json", status=1)

    def test_an_encrypted_bundle_is_opened_with_the_identity_of_the_site(self):
        recipient = re.search("age1[a-z0-9]+", self.enrol().out).group(0)
        self.pack("--sequence", "17", "--trust", "trust", "--encrypt-to", recipient)
        self.install("out/customer-a-v1.0-17.tar.gz.age")

    def test_a_bundle_may_want_the_receipt_of_another(self):
        self.enrol()
        first = self.bundle(17)
        digest = self.sealift("inspect", first, "--format", "json").json()["manifest_sha256"]
        second = self.pack("--sequence", "18", "--trust", "trust", "--requires-receipt", digest, release="v1.1")
        self.assertEqual(self.sealift("inspect", second, "--format", "json").json()["requires"]["receipt"], digest)
        self.assertIn("no receipt of it", self.install(second, status=1).err)
        self.install(first)
        self.install(second)

    # -- looking --

    def test_status_shows_what_the_site_never_forgets(self):
        self.enrol()
        waiting = self.sealift("status", "--root", "site").out
        self.assertIn("site: enrolled; nothing is installed yet\n  trust.json   version 1, epoch 1\n", waiting)
        self.assertRegex(waiting, "receipts     1; the last: enrol, ")
        shown = self.sealift("status", "--root", "site", "--format", "json").json()
        self.assertEqual(sorted(shown), ["drift", "enrolled", "ledger", "pending"])
        self.assertEqual((shown["drift"], shown["enrolled"], shown["pending"], shown["ledger"]["receipts"]), ([], True, False, 1))
        os.mkdir(self.path("empty"))
        self.sealift("status", "--root", "empty", status=3)
        self.install(self.bundle(17))
        self.sealift("trust", "set", "trust/1.json", "--floor", "18")
        self.sign(2)
        self.install(self.bundle(18, release="v1.1"))
        self.sealift("rollback", "--root", "site", "--to", "17", status=1)
        before = self.listing("site")
        shown = self.sealift("status", "--root", "site", "--format", "json").json()
        self.assertTrue(shown["enrolled"])
        ledger = shown["ledger"]
        last = ledger.pop("last_receipt")
        self.assertGreater(ledger.pop("proved_time"), 1700000000)
        self.assertEqual(ledger, {"epoch": 1, "floor": 18, "highest_sequence": 18, "receipts": 4, "trust_version": 2})
        self.assertEqual((last["action"], last["bundle"]), ("refuse", "customer-a-v1.0-17"))
        self.assertNotIn("verdict", last)  # a rollback judges no bundle
        self.assertIn("below the floor of 18", last["detail"])
        refused = self.install(self.bundle(16), status=1)
        self.assertIn("a later one was accepted before", refused.err)
        text = self.sealift("status", "--root", "site").out
        self.assertIn("  trust.json   version 2, epoch 1\n  accepted     sequence 18 is the highest so far\n", text)
        self.assertRegex(text, r"  proved time  \d{4}-\d\d-\d\dT")
        self.assertRegex(text, r"  receipts     5; the last: refuse customer-a-v1.0-16, \d{4}-")
        self.assertIn("  verdict      limits=passed trust=passed signatures=passed manifest=passed audience=passed "
                      "revocations=passed epoch=passed sequence=refused\n", text)
        self.sealift("status", "--root", "site")
        self.assertEqual({name for name in before if "receipts" not in name}, {
            name for name in self.listing("site") if "receipts" not in name})

    def test_status_of_a_site_that_is_not_enrolled_has_no_ledger(self):
        self.install(self.bundle(17), "--pubkey", "ops.pub")
        shown = self.sealift("status", "--root", "site", "--format", "json").json()
        self.assertFalse(shown["enrolled"])
        self.assertNotIn("ledger", shown)
        self.assertNotIn("receipts", self.sealift("status", "--root", "site").out)

    def test_status_says_that_ledger_or_receipts_are_not_what_they_were(self):
        self.enrol()
        self.install(self.bundle(17))
        for name in ("ledger.1", "receipts/000000002.json"):
            for broken in (None, b"", self.read(f"site/state/{name}").replace(b"17", b"18")):
                with self.subTest(name=name, broken=broken):
                    good = self.read(f"site/state/{name}")
                    if broken is None:
                        os.unlink(self.path("site/state", name))
                    else:
                        self.write(f"site/state/{name}", broken)
                    before = self.listing("site")
                    said = self.sealift("status", "--root", "site", status=1)
                    self.assertIn("intact", said.out)
                    self.assertRegex(said.err, "cannot be trusted|is not the receipt that the ledger counted last")
                    self.assertEqual(self.sealift("status", "--root", "site", "--format", "json", status=1).json()["error"]["code"],
                                     "refused")
                    self.assertEqual(self.listing("site"), before)
                    self.write(f"site/state/{name}", good)
        self.sealift("status", "--root", "site")

    def test_where_the_ledger_cannot_be_proved_nothing_is_said_of_what_is_installed(self):
        self.enrol()
        shutil.copytree(self.path("site"), self.path("fresh"))
        self.install(self.bundle(17))

        def spoil(*names):
            return lambda: [self.write(name, self.read(name) + b"x") for name in names]

        def remove(*names):
            return lambda: [shutil.rmtree(self.path(name)) if os.path.isdir(self.path(name)) and name != "x/current"
                            else os.unlink(self.path(name)) for name in names]

        signatures = [f"x/state/trust/1.json.{root}.minisig" for root in self.roots()]
        cases = [("fresh", spoil("x/state/ledger.1"), "cannot be trusted", True),
                 ("fresh", remove("x/state/receipts/000000001.json"), "is not the receipt that the ledger counted last", False),
                 ("fresh", remove("x/state/receipts"), "is not the receipt that the ledger counted last", False),
                 ("fresh", remove(*signatures), "0 of 2 root signatures.*\n.*backup", False),
                 ("fresh", remove("x/state/trust"), "x/state/trust is missing\n.*backup", False),
                 ("site", remove("x/state/trust"), "x/state/trust is missing\n.*backup", False),
                 ("site", remove("x/current", "x/state/history.jsonl"), "has 0 lines, and by the ledger 1", True)]
        for site, harm, said, history in cases:
            with self.subTest(said=said, site=site):
                shutil.copytree(self.path(site), self.path("x"), symlinks=True)
                harm()
                self.assertRegex(self.sealift("status", "--root", "x", status=1).err, said)
                report = self.sealift("status", "--root", "x", "--format", "json", status=1).json()
                self.assertEqual(report["error"]["code"], "refused")
                if history:
                    self.assertRegex(self.sealift("history", "--root", "x", status=1).err, said)
                shutil.rmtree(self.path("x"))

    # -- damage --

    def test_a_damaged_ledger_is_refused_with_the_way_out(self):
        self.enrol()
        old, new = self.bundle(17), self.bundle(18, release="v1.1")
        self.install(old)
        for name, other in (("ledger.1", "ledger.2"), ("ledger.2", "ledger.1")):
            good = self.read(f"site/state/{name}")
            for broken in (b"", good[:-1], good.replace(b"floor", b"fl0or"), None):
                if broken is None:
                    os.unlink(self.path("site/state", name))
                else:
                    self.write(f"site/state/{name}", broken)
                refused = self.install(new, status=1)
                self.assertIn(f"cp {other} {name}", refused.err)
            shutil.copy(self.path("site/state", other), self.path("site/state", name))
        self.install(new)

    def test_a_state_that_was_put_back_in_part_is_refused(self):
        self.enrol()
        old, new = self.bundle(17), self.bundle(18, release="v1.1")
        self.install(old)
        shutil.copytree(self.path("site/state"), self.path("backup"))
        self.install(new)
        for part in (("ledger.1", "ledger.2"), ("history.jsonl",), ("ledger.1",)):
            shutil.rmtree(self.path("saved"), ignore_errors=True)
            shutil.copytree(self.path("site/state"), self.path("saved"))
            for name in part:
                shutil.copy(self.path("backup", name), self.path("site/state", name))
            self.install(new, status=1)
            shutil.rmtree(self.path("site/state"))
            shutil.copytree(self.path("saved"), self.path("site/state"))

    def test_a_ledger_of_an_earlier_epoch_is_noticed_without_its_receipts(self):
        self.enrol()
        self.install(self.bundle(40))
        shutil.copytree(self.path("site/state"), self.path("backup"))
        self.sealift("trust", "set", "trust/1.json", "--epoch", "2")
        self.sign(2)
        self.install(self.bundle(5, release="v1.1"))
        self.assertEqual(self.sealift("status", "--root", "site", "--format", "json").json()["sequence"], 5)
        for name in ("ledger.1", "ledger.2"):
            shutil.copy(self.path("backup", name), self.path("site/state", name))
        for name in set(os.listdir(self.path("site/state/receipts"))) - set(os.listdir(self.path("backup/receipts"))):
            os.unlink(self.path("site/state/receipts", name))
        before = self.listing("site")
        refused = self.install(self.bundle(6), status=1)
        self.assertIn("it was put back to an earlier day", refused.err)
        self.assertEqual(self.listing("site"), before)

    def test_the_key_of_a_site_may_come_from_trust_json(self):
        self.enrol()
        self.install(self.bundle(17))
        self.sealift("receipt", "export", "--root", "site", "--out", "receipts.jsonl")
        check = ["receipt", "check", "receipts.jsonl", "--trust", "trust"]
        unknown = self.sealift(*check, status=1)
        self.assertIn("is not in the role site of version 1 of trust.json", unknown.err)
        self.sealift("trust", "add-key", "trust/1.json", "--site-key", "site/state/site.pub", "--site-key", "new.pub")
        self.assertIn("0 of 2 root signatures", self.sealift(*check, status=2).err)
        self.sign(2)
        self.assertIn("install   customer-a-v1.0-17", self.sealift(*check, "--fingerprint", self.fingerprint).out)
        self.assertTrue(self.sealift(*check, "--format", "json").json()["whole"])
        self.assertIn("not the fingerprint", self.sealift(*check, "--fingerprint", "0" * 64, status=1).err)
        self.assertIn("64 hexadecimal digits", self.sealift(*check, "--fingerprint", "0", status=2).err)
        self.assertIn("not both", self.sealift(*check, "--pubkey", "site/state/site.pub", status=2).err)
        self.assertIn("--fingerprint is that of a --trust", self.sealift(
            "receipt", "check", "receipts.jsonl", "--pubkey", "site/state/site.pub", "--fingerprint", "0" * 64, status=2).err)
        self.sealift("receipt", "check", "--trust", "trust", status=2)
        self.sealift("receipt", "check", "receipts.jsonl", status=2)
        self.write("empty.jsonl", "{}\n")
        self.assertIn("no receipt in what was given", self.sealift("receipt", "check", "empty.jsonl", "--trust", "trust", status=1).err)

    def test_receipts_that_another_key_signed_or_of_another_customer_are_refused_with_trust_json(self):
        self.enrol()
        self.sealift("receipt", "export", "--root", "site", "--out", "receipts.jsonl")
        self.sealift("trust", "add-key", "trust/1.json", "--site-key", "site/state/site.pub")
        self.sign(2)
        good = self.read("receipts.jsonl").decode()
        line = json.loads(good)
        line["signature"] = line["signature"].replace(line["signature"].splitlines()[1][20:30], "A" * 10)
        self.write("forged.jsonl", json.dumps(line) + "\n")
        self.assertIn("unsigned", self.sealift("receipt", "check", "forged.jsonl", "--trust", "trust", status=1).out)
        self.sealift("trust", "init", "b.json", "--customer", "customer-b", "--root-key", "anna.pub", "--release-key", "ops.pub",
                     "--site-key", "site/state/site.pub")
        self.sealift("trust", "sign", "b.json", "--key", "anna.key")
        self.assertIn("of another customer", self.sealift("receipt", "check", "receipts.jsonl", "--trust", "b.json", status=1).err)
        self.sealift("trust", "init", "all.json", "--customer", "*", "--root-key", "anna.pub", "--release-key", "ops.pub",
                     "--site-key", "site/state/site.pub")
        self.sealift("trust", "sign", "all.json", "--key", "anna.key")
        self.sealift("receipt", "check", "receipts.jsonl", "--trust", "all.json")
        self.sealift("receipt", "check", "receipts.jsonl", "receipts.jsonl", "--trust", "trust")

    def test_a_copied_site_shows_as_a_fork(self):
        self.enrol()
        self.install(self.bundle(17))
        shutil.copytree(self.path("site"), self.path("copy"), symlinks=True)
        self.install(self.bundle(18, release="v1.1"))
        self.sealift("install", self.bundle(16, release="v1.1"), "--root", "copy", status=1)
        for name in ("site", "copy"):
            self.sealift("receipt", "export", "--root", name, "--out", f"{name}.jsonl")
        both = self.sealift("receipt", "check", "site.jsonl", "copy.jsonl", "--pubkey", "site/state/site.pub", status=1)
        self.assertIn("fork", both.out)


if __name__ == "__main__":
    main()
