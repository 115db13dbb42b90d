#!/usr/bin/env python3
"""What lies in the state/ of an enrolled site: lost, changed, or in use by somebody else."""
import fcntl
import hashlib
import os
import re
import shutil
import subprocess

from enrolled_case import Enrolment
from harness import SEALIFT, main

PLAIN_SITE = '{"customer":"customer-a","schema":1}'


class SiteState(Enrolment):
    def remove(self, name):
        path = self.path("site/state", name)
        if os.path.isdir(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)

    def installed(self):
        """An enrolled site with 17 and then 18 installed; what is current is 18."""
        self.enrol()
        self.install(self.bundle(17))
        self.install(self.bundle(18, release="v1.1"))
        self.sealift("status", "--root", "site")

    def test_a_site_without_its_identity_is_no_plain_site(self):
        self.installed()
        old = "out/customer-a-v1.0-17.tar.gz"
        for left in (None, PLAIN_SITE):
            self.remove("site.json")
            if left:
                self.write("site/state/site.json", left)
            before = self.listing("site")
            for command in self.all_commands(old, "ops.pub"):
                refused = self.sealift(*command, "--root", "site", status=1)
                self.assertIn("site.json does not say so", refused.err, command)
                self.assertIn("from one backup", refused.err, command)
            self.assertEqual(self.listing("site"), before)
            self.write("site/state/site.json", PLAIN_SITE)

    def all_commands(self, bundle, key, trust="trust"):
        """Every command that takes --root, whole as far as that goes; `enrol` is the last."""
        return (["install", bundle, "--pubkey", key], ["install", bundle], ["install", bundle, "--trust", trust],
                ["verify", bundle, "--pubkey", key], ["verify", bundle], ["verify", bundle, "--trust", trust],
                ["rollback"], ["rollback", "--to", "15"], ["status"], ["history"], ["receipt", "export"],
                ["enrol", "--trust", "trust", "--fingerprint", self.fingerprint])

    def test_the_table_of_commands_has_all_that_take_a_root(self):
        """What is refused where an enrolment is in doubt is refused by all of them."""
        listed = re.findall(r"^  ([a-z]+) ", self.sealift("--help").out, re.MULTILINE)
        self.assertIn("verify", listed)
        taking = {name for name in listed if re.search(r"--root[ =]DIR", self.sealift(name, "--help").out)}
        self.assertEqual(taking, {command[0] for command in self.all_commands("b", "k")})

    def test_a_mark_does_not_make_a_site_that_lost_its_identity_one_to_enrol(self):
        """Where something was installed there was a site.json, so no enrolment that was stopped explains that it is gone."""
        self.installed()
        evil = self.pack("--sequence", "30", key="new.key", out="evil")
        self.remove("site.json")
        self.write("site/state/enrolling", "")
        for lost in ("nothing", "current"):
            if lost == "current":
                os.rename(self.path("site/current"), self.path("current.away"))
            before = self.listing("site")
            for command in self.all_commands(evil, "new.pub"):
                refused = self.sealift(*command, "--root", "site", status=1)
                self.assertIn("site.json does not say so", refused.err, command)
                self.assertIn("from one backup", refused.err, command)
            self.assertEqual(self.listing("site"), before)

    def test_without_the_key_or_the_last_receipt_nothing_changes(self):
        self.installed()
        shutil.copytree(self.path("site"), self.path("good"), symlinks=True)
        self.key("other")
        new = self.bundle(19, release="v1.1")
        damages = (lambda: self.remove("site.key"), lambda: self.write("site/state/site.key", b""),
                   lambda: shutil.copy(self.path("other.key"), self.path("site/state/site.key")),
                   lambda: self.remove("receipts"), lambda: self.remove("receipts/000000003.json"),
                   lambda: self.remove("age.key"), lambda: self.remove("trust"))
        for number, damage in enumerate(damages):
            damage()
            before = self.listing("site")
            for command in (["install", new], ["rollback"]):
                refused = self.sealift(*command, "--root", "site", status=None)
                self.assertNotEqual(refused.status, 0, number)
                self.assertIn("backup", refused.err, number)
                self.assertEqual(self.listing("site"), before, f"{number}: {command}")
            shutil.rmtree(self.path("site"))
            shutil.copytree(self.path("good"), self.path("site"), symlinks=True)

    def test_the_customer_asked_for_is_never_ignored(self):
        self.enrol()
        bundle = self.bundle(17)
        for command in ("verify", "install"):
            self.assertIn("not of customer-b", self.sealift(command, bundle, "--root", "site", "--customer", "customer-b", status=1).err)
        self.sealift("install", bundle, "--root", "plain", "--pubkey", "ops.pub")
        self.assertIn("not of customer-b", self.sealift(
            "verify", bundle, "--root", "plain", "--pubkey", "ops.pub", "--customer", "customer-b", status=1).err)

    def test_an_enrolment_that_was_stopped_is_made_anew(self):
        self.enrol()
        self.remove("site.json")
        self.write("site/state/enrolling", "")
        for name in ("site.key", "site.pub", "age.key", "ledger.1", "ledger.2", "site.json", "enrolling"):
            self.write(f"site/state/{name}.tmp", "half of it")
        self.enrol()
        left = os.listdir(self.path("site/state"))
        self.assertEqual([name for name in left if name.endswith(".tmp") or name == "enrolling"], [])
        self.install(self.bundle(17))
        self.assertEqual(self.receipts(), [("enrol", ""), ("install", "customer-a-v1.0-17")])

    def test_nothing_but_an_enrolment_follows_one_that_was_stopped(self):
        os.mkdir(self.path("own"))
        self.sealift("trust", "init", "own/1.json", "--customer", "customer-a", "--root-key", "new.pub", "--release-key", "new.pub",
                     "--issued", "2026-01-05")
        self.sealift("trust", "sign", "own/1.json", "--key", "new.key")
        evil = self.bundle(1, key="new.key", trust="own", out="evil")
        for plain_before in (False, True):
            if plain_before:
                shutil.rmtree(self.path("site"))
                for sequence, release in ((15, "v1.0"), (16, "v1.1")):
                    self.sealift("install", self.bundle(sequence, release=release), "--root", "site", "--pubkey", "ops.pub")
            self.enrol()
            self.write("site/state/enrolling", "")
            if plain_before:
                self.write("site/state/site.json", PLAIN_SITE)
            else:
                self.remove("site.json")
            before = self.listing("site")
            for command in self.all_commands(evil, "new.pub", "own")[:-1]:
                refused = self.sealift(*command, "--root", "site", status=1)
                self.assertIn("an enrolment of site was stopped before it was done", refused.err)
                self.assertIn("run sealift enrol again", refused.err)
                self.assertEqual([entry for entry in self.listing("site") if "lock" not in str(entry)],
                                 [entry for entry in before if "lock" not in str(entry)])
            stranger = self.install(evil, "--pubkey", "ops.pub", status=1)
            self.assertIn("an enrolment of site was stopped before it was done", stranger.err)
            self.assertNotIn(".pub", stranger.err)
            self.enrol()
            self.assertIn("leave --pubkey", self.install(evil, "--pubkey", "new.pub", status=2).err)
            self.install(self.bundle(17, out=f"good{plain_before}"))

    def test_what_another_version_wrote_is_said_to_be_so(self):
        self.installed()
        digest = lambda text: hashlib.sha256(text).hexdigest().encode()
        two = lambda text: text + b"\n" + digest(text) + b"\n"
        line = lambda name: self.read(f"site/state/{name}").split(b"\n")[0]
        shutil.copytree(self.path("site"), self.path("good"), symlinks=True)
        cases = ("ledger.1", "ledger.2", "site.json", "history.jsonl", "trust/1.json")
        for name in cases:
            newest = b"2" if name == "site.json" else b"1"
            for old, new, said, hint in (
                    (b'"schema":' + newest, b'"schema":7', "has schema 7, and this sealift knows schema " + newest.decode(), "a newer sealift wrote it"),
                    (b'"schema":' + newest, b'"schema":7,"tomorrow":1', "has schema 7", "a newer sealift wrote it"),
                    (b'"schema":' + newest, b'"schema":' + newest + b',"seams":1', '"seams" does not belong here', "another version of sealift wrote it"),
                    (b',"schema":' + newest, b"", "has schema 0" if name.startswith("trust") else '"schema" is missing', "another version of sealift wrote it")):
                text = line(name)
                changed = text.replace(old, new, 1)
                self.assertNotEqual(changed, text, name)
                whole = self.read(f"site/state/{name}")
                self.write(f"site/state/{name}", two(changed) if name.startswith("ledger") else whole.replace(text, changed, 1))
                with self.subTest(name=name, new=new):
                    for command in (["status"], ["rollback"]):
                        refused = self.sealift(*command, "--root", "site", status=None)
                        self.assertNotEqual(refused.status, 0)
                        self.assertIn(said, refused.err)
                        self.assertIn(hint, refused.err)
                shutil.rmtree(self.path("site"))
                shutil.copytree(self.path("good"), self.path("site"), symlinks=True)

    def test_keys_do_not_count_where_the_site_was_enrolled_while_install_waited(self):
        bundle = self.bundle(17)
        self.enrol()
        os.rename(self.path("site"), self.path("enrolled"))
        os.makedirs(self.path("site/state"))
        with open(self.path("site/state/lock"), "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with subprocess.Popen([SEALIFT, "install", bundle, "--root", "site", "--pubkey", "ops.pub", "--wait"],
                                  cwd=self.dir, stderr=subprocess.PIPE) as waiting:
                self.assertIn(b"waiting", waiting.stderr.readline())
                with open(f"/proc/{waiting.pid}/limits", encoding="ascii") as limits:
                    self.assertRegex(limits.read(), "Max core file size +[01] ")
                for name in os.listdir(self.path("enrolled/state")):
                    if name != "lock":
                        os.rename(self.path("enrolled/state", name), self.path("site/state", name))
                fcntl.flock(lock, fcntl.LOCK_UN)
                message = waiting.stderr.read().decode()
        self.assertEqual(waiting.returncode, 3, message)
        self.assertIn("enrolled meanwhile", message)
        self.assertFalse(os.path.lexists(self.path("site/current")))

    def test_a_lost_signature_keeps_no_other_receipt_from_being_exported(self):
        self.installed()
        self.remove("receipts/000000002.json.minisig")
        self.assertIn("3", self.sealift("receipt", "export", "--root", "site", "--out", "all.jsonl").out)
        check = self.sealift("receipt", "check", "all.jsonl", "--pubkey", "site/state/site.pub", status=1)
        self.assertIn("all.jsonl, line 2", check.out)


if __name__ == "__main__":
    main()
