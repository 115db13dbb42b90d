#!/usr/bin/env python3
"""What a site remembers over the years: epochs, floors and times, versions of trust.json, enrolled and not."""
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess

import test_trust
from enrolled_case import Enrolment
from harness import main


class Enrolled(Enrolment):
    def test_a_revoked_key_signs_nothing_in_a_new_epoch(self):
        self.enrol()
        self.install(self.bundle(17))
        self.install(self.bundle(9007199254740991, release="v1.1", out="fast"))
        self.sealift("trust", "revoke", "trust/1.json", "--key", "ops.pub", "--void-after", "17", "--release-key", "new.pub")
        self.sign(2)
        self.sealift("trust", "set", "trust/2.json", "--epoch", "2")
        self.sign(3)
        thief = self.bundle(17, release="v1.1", thief="ops.key", out="thief")
        refused = self.install(thief, status=1)
        self.assertIn("by keys that are revoked for sequence 17 of epoch 2", refused.err)
        self.install(self.bundle(1, release="v1.1", key="new.key"))
        for sequence in (1, 2, 17):
            again = self.bundle(sequence, release="v1.1", thief="ops.key", out=f"thief{sequence}")
            self.assertIn("revoked", self.install(again, status=1).err)
            self.sealift("verify", again, "--root", "site", status=1)
            self.sealift("verify", again, "--trust", "trust", status=1)

    def test_a_site_lives_through_more_versions_than_one_bundle_holds(self):
        self.enrol()
        document = json.loads(self.read("trust/1.json"))
        for version in range(2, 68):
            document.update(version=version, floor=version)
            self.write(f"trust/{version}.json", json.dumps(document, sort_keys=True, separators=(",", ":")))
            self.sign(version)
        self.assertIn("version 67 is complete", self.sealift("trust", "check", "trust").out)
        late = self.bundle(102, release="v1.1")
        missing = self.install(late, status=1)
        self.assertIn("trust/4.json does not follow version 1: version 2 is missing", missing.err)
        self.assertIn("holds the versions from 2 on", missing.err)
        os.mkdir(self.path("early"))
        for version in range(1, 41):
            for root in ("", *(f".{key}.minisig" for key in self.roots())):
                shutil.copy(self.path(f"trust/{version}.json{root}"), self.path("early"))
        self.install(self.bundle(100, trust=self.path("early")))
        self.install(late)
        self.assertTrue(os.path.exists(self.path("site/state/trust/67.json")))
        self.sealift("status", "--root", "site")
        self.sealift("rollback", "--root", "site")
        self.sealift("verify", late, "--root", "site")

    def test_signatures_that_a_stop_left_without_their_version_do_no_harm(self):
        self.enrol()
        self.next_version(1, "--floor", "1")
        good = self.read(f"trust/2.json.{self.roots()[0]}.minisig")
        for number in range(20):
            self.write(f"site/state/trust/2.json.{number:016X}.minisig", good)
        self.install(self.bundle(17))
        self.install(self.bundle(18, release="v1.1"))
        left = [name for name in os.listdir(self.path("site/state/trust")) if name.startswith("2.json.")]
        self.assertEqual(sorted(left), sorted(f"2.json.{root}.minisig" for root in self.roots()))

    def test_an_epoch_to_come_forbids_neither_rollback_nor_repair(self):
        self.enrol()
        old, new = self.bundle(16), self.bundle(17, release="v1.1")
        self.install(old)
        self.install(new)
        self.next_version(1, "--epoch", "2", "--floor", "3")
        refused = self.bundle(20, release="v1.1", thief="anna.key", out="refused")
        self.install(refused, status=1)
        self.assertTrue(os.path.exists(self.path("site/state/trust/2.json")))
        self.sealift("rollback", "--root", "site")
        self.sealift("rollback", "--root", "site")
        self.write("site/current/manifest.json", b"altered")
        self.assertIn("repaired", self.install(new).out)
        self.assertIn("is of epoch 1, and version 2 of trust.json says 2", self.install(old, status=1).err)
        self.install(self.bundle(4, release="v1.1", out="two"))
        self.assertEqual([self.ledger()[name] for name in ("epoch", "floor", "highest_sequence")], [2, 3, 4])
        back = self.sealift("rollback", "--root", "site", "--to", "17", status=1)
        self.assertIn("it is of epoch 1, and a bundle of epoch 2 was accepted since", back.err)
        self.grant(new)
        self.sealift("rollback", "--root", "site", "--to", "17", "--grant", "grant.json")

    def test_a_floor_of_trust_json_is_remembered_within_its_epoch(self):
        self.enrol()
        self.install(self.bundle(17))
        self.install(self.bundle(18, release="v1.1"))
        self.next_version(1, "--floor", "18")
        self.next_version(2, "--epoch", "2")
        self.install(self.bundle(20, release="v1.1", thief="anna.key", out="refused"), status=1)
        self.assertEqual([self.ledger()[name] for name in ("epoch", "floor", "trust_epoch")], [1, 18, 2])
        self.assertIn("below the floor of 18", self.sealift("rollback", "--root", "site", status=1).err)

    def test_what_a_thief_signed_does_not_come_back_by_rollback(self):
        self.enrol()
        self.install(self.bundle(17))
        self.install(self.bundle(18, release="v1.1", out="thief"))
        self.sealift("trust", "revoke", "trust/1.json", "--key", "ops.pub", "--void-after", "17", "--release-key", "new.pub")
        self.sign(2)
        self.install(self.bundle(19, release="v1.1", key="new.key"))
        self.assertIn("the keys that signed it are revoked", self.sealift("rollback", "--root", "site", status=1).err)
        self.sealift("rollback", "--root", "site", "--to", "17")

    def test_what_a_thief_signed_before_a_new_epoch_does_not_come_back_when_the_key_is_revoked_in_it(self):
        self.enrol()
        self.install(self.bundle(15))
        thief = self.bundle(16, release="v1.1", out="thief")
        self.install(thief)
        self.sealift("rollback", "--root", "site", "--to", "15")
        self.next_version(1, "--epoch", "2")
        self.sealift("trust", "revoke", "trust/2.json", "--key", "ops.pub", "--void-after", "1:15", "--release-key", "new.pub")
        self.sign(3)
        self.install(self.bundle(20, release="v1.1", thief="anna.key", out="refused"), status=1)
        self.assertEqual([self.ledger()[name] for name in ("epoch", "trust_epoch", "trust_version")], [1, 2, 3])
        self.assertIn("the keys that signed it are revoked", self.sealift("rollback", "--root", "site", "--to", "16", status=1).err)
        self.install(thief, status=1)
        self.install(self.bundle(1, release="v1.1", key="new.key", out="new"))
        self.assertIn("is of epoch 1", self.sealift("rollback", "--root", "site", "--to", "15", status=1).err)

    def test_without_void_after_nothing_of_any_epoch_counts(self):
        self.enrol()
        self.install(self.bundle(15))
        self.install(self.bundle(16, release="v1.1"))
        self.next_version(1, "--epoch", "2")
        self.sealift("trust", "revoke", "trust/2.json", "--key", "ops.pub", "--release-key", "new.pub")
        self.sign(3)
        self.install(self.bundle(20, release="v1.1", thief="anna.key", out="refused"), status=1)
        self.assertIn("the keys that signed it are revoked", self.sealift("rollback", "--root", "site", status=1).err)

    def test_a_revoked_key_that_was_dropped_later_stays_revoked(self):
        self.enrol()
        self.install(self.bundle(15))
        self.install(self.bundle(16, release="v1.1", out="thief"))
        self.sealift("trust", "revoke", "trust/1.json", "--key", "ops.pub", "--void-after", "15", "--release-key", "new.pub")
        self.sign(2)
        self.sealift("trust", "drop-key", "trust/2.json", "--release-key", "ops.pub")
        self.sign(3)
        self.install(self.bundle(17, release="v1.1", key="new.key"))
        refused = self.sealift("rollback", "--root", "site", "--to", "16", status=1)
        self.assertIn("must not come back: the keys that signed it are revoked", refused.err)
        self.sealift("rollback", "--root", "site", "--to", "15")

    def test_a_key_that_was_dropped_and_not_revoked_signed_rightly(self):
        self.enrol()
        self.install(self.bundle(15))
        self.sealift("trust", "add-key", "trust/1.json", "--release-key", "new.pub")
        self.sign(2)
        self.sealift("trust", "drop-key", "trust/2.json", "--release-key", "ops.pub")
        self.sign(3)
        self.install(self.bundle(16, release="v1.1", key="new.key"))
        self.sealift("rollback", "--root", "site")
        self.assertEqual(self.receipts()[-1], ("rollback", "customer-a-v1.0-15"))

    def test_what_a_stranger_signed_before_the_enrolment_comes_back_only_with_a_grant(self):
        stranger = self.bundle(16, thief="new.key", out="stranger")
        self.sealift("install", stranger, "--root", "site", "--pubkey", "new.pub")
        ours = self.bundle(17, release="v1.1", out="ours")
        self.sealift("install", ours, "--root", "site", "--pubkey", "ops.pub")
        self.enrol()
        self.install(self.bundle(18, release="v1.1"))
        refused = self.sealift("rollback", "--root", "site", "--to", "16", status=1)
        self.assertIn("must not come back: its signatures are not what any version of trust.json at this site asks for", refused.err)
        self.sealift("rollback", "--root", "site", "--to", "17")
        self.grant(stranger)
        self.sealift("rollback", "--root", "site", "--to", "16", "--grant", "grant.json")
        self.sealift("rollback", "--root", "site", "--to", "18")
        self.assertIn("used already", self.sealift("rollback", "--root", "site", "--to", "16", "--grant", "grant.json", status=1).err)

    def test_reports_name_the_file_that_was_refused(self):
        wrong = self.sealift("enrol", "--root", "site", "--trust", "trust", "--fingerprint", "0" * 64, "--format", "json", status=1)
        self.assertEqual(wrong.json()["error"]["file"], "trust")
        self.enrol()
        self.sealift("receipt", "export", "--root", "site", "--out", "r.jsonl")
        for options in (["--pubkey", "new.pub"], ["--trust", "trust"]):
            failed = self.sealift("receipt", "check", "r.jsonl", *options, "--format", "json", status=1)
            self.assertEqual(failed.json()["error"]["file"], "r.jsonl", options)

    def test_a_recipient_in_site_json_that_is_not_the_sites_is_refused(self):
        self.enrol()
        bundle = self.bundle(17)
        text = self.read("site/state/site.json").decode()
        at = text.index("age1") + 20
        self.write("site/state/site.json", text[:at] + ("q" if text[at] != "q" else "p") + text[at + 1:])
        for command in ("install", "verify"):
            refused = self.sealift(command, bundle, "--root", "site", status=1).err
            self.assertRegex(refused, "age")
            self.assertIn("backup", refused)
        self.write("site/state/site.json", text)
        self.install(bundle)

    def test_a_stranger_is_named_against_the_trust_that_judges(self):
        self.enrol()
        self.next_version(1, "--floor", "1")
        self.install(self.bundle(17))
        stranger = self.pack("--sequence", "18", key="new.key", out="stranger")
        ids = [self.read(f"{name}.pub").decode().split()[5].rjust(16, "0") for name in ("new", "ops")]
        for where in (["install", "--root", "site"], ["verify", "--root", "site"], ["verify", "--trust", "trust"]):
            refused = self.sealift(where[0], stranger, *where[1:], status=1).err
            self.assertIn("signed by %s, and version 2 of trust.json lists for releases %s\n" % tuple(ids), refused)
            self.assertIn("ask the vendor", refused)
            self.assertNotIn("given", refused)
            self.assertNotIn(".pub", refused)

    def test_a_key_that_calls_itself_as_another_is_not_the_other(self):
        secret, public = self.read("new.key").decode().splitlines(), self.read("new.pub").decode().splitlines()
        other = base64.b64decode(self.read("ops.pub").decode().splitlines()[1])[2:10]
        raw = bytearray(base64.b64decode(public[1]))
        raw[2:10] = other
        self.write("false.pub", f"{public[0]}\n{base64.b64encode(raw).decode()}\n")
        raw = bytearray(base64.b64decode(secret[1]))
        raw[54:62] = other
        raw[126:158] = hashlib.blake2b(bytes(raw[:2]) + other + bytes(raw[62:126]), digest_size=32).digest()
        self.write("false.key", f"{secret[0]}\n{base64.b64encode(raw).decode()}\n")
        os.chmod(self.path("false.key"), 0o600)
        self.sealift("install", self.bundle(16, thief="false.key", out="stranger"), "--root", "site", "--pubkey", "false.pub")
        self.enrol()
        self.install(self.bundle(18, release="v1.1"))
        self.assertIn("must not come back: its signatures are not", self.sealift("rollback", "--root", "site", status=1).err)

    def test_a_generation_that_has_lost_its_signatures_is_nobodys(self):
        self.enrol()
        bundle = self.bundle(17)
        self.install(bundle)
        self.install(self.bundle(18, release="v1.1"))
        old = next(name for name in os.listdir(self.path("site/generations")) if name.startswith("17-"))
        signature = next(name for name in os.listdir(self.path("site/generations", old)) if name.endswith(".minisig"))
        path = f"site/generations/{old}/{signature}"
        good = self.read(path)
        altered = f"the first {signature}"
        lines = good.split(b"\n")
        lines[1] = lines[1][:60] + (b"B" if lines[1][60:61] == b"A" else b"A") + lines[1][61:]
        other = b"\n".join(lines)  # in form, and no signature of this manifest
        comment = good.replace(b"trusted comment: ", b"trusted comment: x")
        for bad in (b"", good[:-1], None, other, comment):
            os.chmod(self.path("site/generations", old), 0o755)
            if bad is None:
                os.unlink(self.path(path))
            else:
                self.write(path, bad)
            refused = self.sealift("rollback", "--root", "site", status=1).err
            self.assertIn(altered, refused)
            self.assertIn("does not install its bundle again", refused)
            self.assertNotIn("--grant", refused)
            self.assertIn("a later one was accepted before", self.install(bundle, status=1).err)
        self.unpack(refused, bundle)
        self.assertEqual(self.read(path), good)
        self.sealift("rollback", "--root", "site")

    def unpack(self, refused, bundle):
        """Does what the hint says, with a umask that it does not know of."""
        command, name = re.search("(umask 022; .*); N is (.*)", refused).groups()
        command = re.sub(r"\bN\b", name, command).replace("BUNDLE", self.path(bundle))
        subprocess.run(["sh", "-ec", command], cwd=self.path("site/generations"), umask=0o77, check=True)

    def generation(self, sequence):
        name, = (name for name in os.listdir(self.path("site/generations"))
                 if name.startswith(f"{sequence}-") and not name.endswith(".old"))
        return name

    def harms(self, generation):
        """Ways to alter a generation, each with what the message then says."""
        manifest = f"{generation}/manifest.json"
        yield "is not the manifest that was installed", lambda: self.write(manifest, self.read(manifest) + b" ")
        yield "is not the manifest that was installed", lambda: (os.unlink(self.path(manifest)),
                                                                 os.symlink("SHA256SUMS", self.path(manifest)))
        yield "differ|what was installed", lambda: self.write(f"{generation}/SHA256SUMS", b"")
        yield "differ|what was installed", lambda: self.write(f"{generation}/docs/added", b"")
        yield "differ|what was installed", lambda: os.chmod(self.path(generation), 0o700)
        yield "no longer", lambda: shutil.rmtree(self.path(generation))

    def undo(self, generation):
        shutil.rmtree(self.path(f"{generation}.old"), ignore_errors=True)

    def test_an_older_generation_is_put_back_as_the_hint_says(self):
        self.enrol()
        old = self.bundle(17)
        self.install(old)
        self.install(self.bundle(18, release="v1.1"))
        generation = "site/generations/" + self.generation(17)
        for said, harm in self.harms(generation):
            harm()
            refused = self.sealift("rollback", "--root", "site", status=None).err
            self.assertRegex(refused, said)
            self.install(old, status=1)
            self.unpack(refused, old)
            self.undo(generation)
            self.sealift("rollback", "--root", "site")
            self.assertIn("intact", self.sealift("status", "--root", "site").out)
            self.sealift("rollback", "--root", "site")

    def test_what_is_current_and_signed_by_a_key_that_was_dropped_is_put_back_as_the_hint_says(self):
        self.enrol()
        old = self.bundle(15)
        self.install(old)
        self.sealift("trust", "add-key", "trust/1.json", "--release-key", "new.pub")
        self.sign(2)
        self.sealift("trust", "drop-key", "trust/2.json", "--release-key", "ops.pub")
        self.sign(3)
        self.install(self.bundle(16, release="v1.1", key="new.key"))
        self.sealift("rollback", "--root", "site")
        generation = "site/generations/" + self.generation(15)
        for said, harm in self.harms(generation):
            harm()
            refused = self.sealift("status", "--root", "site", status=1).err
            self.assertRegex(refused, said)
            self.install(old, status=1)
            self.unpack(refused, old)
            self.undo(generation)
            self.assertIn("intact", self.sealift("status", "--root", "site").out)

    def test_what_may_be_installed_again_is(self):
        self.enrol()
        self.install(self.bundle(17))
        new = self.bundle(18, release="v1.1")
        self.install(new)
        for number in range(6):
            self.sealift("rollback", "--root", "site", "--to", "17")
            newest = max(os.listdir(self.path("site/generations")), key=lambda name: (name[:2], len(name), name))
            harm = list(self.harms(f"site/generations/{newest}"))[number][1]
            harm()
            refused = self.sealift("rollback", "--root", "site", "--to", newest, status=None).err
            self.assertIn("install its bundle again", refused)
            self.assertIn("installed", self.install(new).out)
            harm = list(self.harms("site/current"))[number % 5][1]
            harm()
            self.assertIn("install its bundle again", self.sealift("status", "--root", "site", status=1).err)
            self.assertIn("repaired", self.install(new).out)

    def alterations(self, text):
        """One letter of the signature, of that over the comment, and of the comment: all in form."""
        lines = text.split(b"\n")
        for number, at in ((1, 60), (3, 30), (2, 20)):
            line = lines[number]
            letter = b"B" if line[at:at + 1] == b"A" else b"A"
            yield b"\n".join(lines[:number] + [line[:at] + letter + line[at + 1:]] + lines[number + 1:])

    def current_signatures(self):
        top = self.path("site/current")
        return {name: self.read(f"site/current/{name}") for name in sorted(os.listdir(top)) if name.endswith(".minisig")}

    def test_one_letter_of_a_signature_file_is_found_and_repaired(self):
        self.enrol()
        bundle = self.bundle(17)
        self.install(bundle)
        (name, good), = self.current_signatures().items()
        for bad in self.alterations(good):
            self.write(f"site/current/{name}", bad)
            status = self.sealift("status", "--root", "site", "--format", "json", status=1).json()
            self.assertEqual(status["drift"], [{"drift": "changed", "path": name}])
            before = self.sealift("status", "--root", "site", status=1)
            self.assertIn("install its bundle again", before.err)
            self.assertEqual(self.install(bundle, "--format", "json").json()["outcome"], "repaired")
            self.assertEqual(self.current_signatures(), {name: good})
            self.assertIn("intact", self.sealift("status", "--root", "site").out)
            self.assertEqual(self.install(bundle, "--format", "json").json()["outcome"], "already-current")
        self.receipts()

    def test_at_a_site_without_trust_only_the_bundle_shows_that_a_signature_was_altered(self):
        bundle = self.bundle(17)
        install = ("install", bundle, "--root", "site", "--pubkey", "ops.pub", "--format", "json")
        self.sealift(*install)
        (name, good), = self.current_signatures().items()
        for bad in self.alterations(good):
            self.write(f"site/current/{name}", bad)
            self.assertIn("intact", self.sealift("status", "--root", "site").out)
            self.assertEqual(self.sealift(*install).json()["outcome"], "repaired")
            self.assertEqual(self.current_signatures(), {name: good})
            self.assertEqual(self.sealift(*install).json()["outcome"], "already-current")

    def test_a_bundle_that_got_another_signature_is_what_is_installed_once_its_signer_counts(self):
        bundle = self.bundle(17)
        install = ("install", bundle, "--root", "site", "--format", "json", "--pubkey")
        self.sealift(*install, "ops.pub")
        one = self.current_signatures()
        self.sealift("sign", bundle, "--key", "new.key", "--replace")
        self.assertEqual(self.sealift(*install, "ops.pub").json()["outcome"], "already-current", "a stranger's counts for nothing")
        self.assertEqual(self.sealift(*install, "ops.pub", "--pubkey", "new.pub").json()["outcome"], "repaired")
        both = self.current_signatures()
        self.assertEqual(len(both), 2)
        self.assertLess(one.items(), both.items())
        for keys in (("ops.pub",), ("new.pub",), ("ops.pub", "--pubkey", "new.pub")):
            self.assertEqual(self.sealift(*install, *keys).json()["outcome"], "already-current", keys)

    def test_a_required_stop_is_not_passed_by_its_name_alone(self):
        path = "repo/releases/v1.1/release.yaml"
        self.write(path, self.read(path).decode() + "required-stops:\n  v1.0: 7\n")
        self.git("commit", "-q", "-a", "-m", "terms")
        self.enrol()
        self.install(self.bundle(5))
        new = self.bundle(9, release="v1.1")
        refused = self.install(new, status=1)
        self.assertIn("v1.0 (sequence 5 of epoch 1) is installed, and v1.0 (sequence 7 of epoch 1) must be installed", refused.err)
        self.install(self.bundle(7, out="again"))
        self.install(new)

    def test_a_required_stop_is_not_passed_by_a_sequence_of_another_epoch(self):
        path = "repo/releases/v1.1/release.yaml"
        self.write(path, self.read(path).decode() + "required-stops:\n  v1.0.5: 5\n")
        self.git("commit", "-q", "-a", "-m", "terms")
        self.enrol()
        self.install(self.bundle(17))
        self.next_version(1, "--epoch", "2")
        refused = self.install(self.bundle(8, release="v1.1"), status=1)
        self.assertIn("v1.0 (sequence 17 of epoch 1) is installed, and v1.0.5 (sequence 5 of epoch 2) must be installed",
                      refused.err)

    def test_no_bundle_moves_the_time_and_a_new_epoch_says_it_anew(self):
        self.enrol()
        self.install(self.bundle(17))
        self.assertEqual(self.ledger()["proved_time"], 1767571200, "that of trust.json; the commit is later, and proves nothing")
        self.next_version(1, "--issued", "2026-02-01", "--floor", "1")
        self.next_version(2, "--issued", "2026-01-20", "--floor", "2")
        self.install(self.bundle(18, release="v1.1"))
        self.assertEqual(self.ledger()["proved_time"], 1769904000, "the latest of an epoch")
        self.next_version(3, "--issued", "2026-01-10", "--epoch", "2")
        new = self.bundle(1, release="v1.1", out="new")
        self.sealift("verify", new, "--root", "site")
        self.assertEqual(self.ledger()["trust_version"], 3, "looking changes nothing")
        self.install(new)
        self.assertEqual([self.ledger()[name] for name in ("proved_time", "trust_epoch")], [1768003200, 2])
        self.receipts()


class NotEnrolled(test_trust.Delivery):
    def test_what_is_dated_in_the_future_is_not_packed(self):
        document = json.loads(self.read("trust/1.json"))
        document["issued"] = 7258118400
        os.mkdir(self.path("ahead"))
        self.write("ahead/1.json", json.dumps(document, sort_keys=True, separators=(",", ":")))
        for root in ("anna", "ben"):
            self.trust("sign", "ahead/1.json", "--key", f"{root}.key")
        self.assertIn("version 1 of trust.json was issued at 2200-01-01T00:00:00Z, and by this machine's clock it is",
                      self.pack("--trust", self.path("ahead"), status=1).err)
        self.write("repo/later", "x")
        self.git("add", "later")
        subprocess.run(["git", "-c", "user.name=o", "-c", "user.email=o@example.com", "commit", "-q", "-m", "later"],
                       cwd=self.path("repo"), check=True, capture_output=True,
                       env={"PATH": os.environ["PATH"], "HOME": self.dir, "GIT_COMMITTER_DATE": "2090-01-01T00:00:00Z"})
        self.assertIn("the files are dated 2090-01-01T00:00:00Z", self.pack(status=1).err)

    def test_a_site_that_is_not_enrolled_goes_back_to_nothing_it_accepted_later_ones_of(self):
        self.hand_over()
        self.release("floor: 18\n", release="v1.1")
        old = self.pack("--trust", self.path("trust"))
        new = self.pack("--trust", self.path("trust"), "--sequence", "18", release="v1.1")
        self.sealift("install", new, "--trust", "site.json", "--root", "site")
        before = self.listing("site")
        for command in (["verify", old, "--explain"], ["install", old]):
            result = self.sealift(*command, "--trust", "site.json", "--root", "site", status=1)
            self.assertIn("has sequence 17, and a later one was accepted before: sequence 18", result.err)
        self.assertEqual(self.listing("site"), before)
        self.sealift("install", new, "--trust", "site.json", "--root", "site")

    def test_a_site_that_is_not_enrolled_forgets_no_version_of_trust_json(self):
        self.hand_over()
        self.sealift("install", self.pack("--trust", self.path("trust")), "--trust", "site.json", "--root", "site")
        self.trust("revoke", "trust/1.json", "--key", "ops.pub", "--void-after", "17", "--release-key", "new.pub")
        self.sign(2, "anna", "ben")
        new = self.pack("--trust", self.path("trust"), "--sequence", "18", key="new.key", release="v1.1")
        for root in ("site", "fresh"):
            result = self.sealift("install", new, "--trust", "site.json", "--root", root, status=1)
            self.assertIn(f"the bundle brings version 2 of trust.json, and {root} is not enrolled", result.err)
            self.assertIn(f"sealift enrol --root {root} --trust", result.err)
        self.sealift("verify", new, "--trust", "site.json", "--root", "site")
        self.sealift("install", new, "--trust", "trust", "--root", "site")
        thief = self.pack("--trust", self.path("trust/1.json"), "--sequence", "99", release="v1.1", out="thief")
        for command in (["verify", thief], ["install", thief]):
            result = self.sealift(*command, "--trust", "site.json", "--root", "site", status=1)
            self.assertIn("version 1 of trust.json was given, and site was judged by version 2 before", result.err)
        enrol = self.sealift("enrol", "--root", "site", "--trust", "site.json", "--fingerprint", hashlib.sha256(self.read("trust/1.json")).hexdigest(), status=1)
        self.assertIn("was judged by version 2 before", enrol.err)
        self.assertFalse(os.path.exists(self.path("site/state/ledger.1")))

    def test_a_site_takes_no_trust_json_of_an_epoch_before_that_of_what_it_installed(self):
        self.hand_over()
        self.release("epoch: 5\n")
        self.sealift("install", self.pack("--sequence", "1"), "--pubkey", "ops.pub", "--root", "site")
        self.git("reset", "-q", "--hard", "HEAD~1")
        bundle = self.pack("--trust", self.path("trust"), out="later")
        for command in (["install", bundle, "--trust", "site.json"], ["verify", bundle, "--trust", "site.json"],
                        ["enrol", "--trust", "site.json", "--fingerprint", hashlib.sha256(self.read("trust/1.json")).hexdigest()]):
            result = self.sealift(*command, "--root", "site", status=1)
            self.assertIn("trust.json has epoch 1, and a bundle of epoch 5 was installed", result.err)


if __name__ == "__main__":
    main()
