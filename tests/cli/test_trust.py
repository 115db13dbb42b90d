#!/usr/bin/env python3
"""trust.json as people make it, one after another, and as a site uses it: rotation, theft, a bundle that may not follow."""
import json
import os
import shutil
import subprocess
import unittest

from harness import SOURCE, Case, have, main


OPENSSL_SIGNER = os.path.join(SOURCE, "scripts/key-command-openssl")


class Ceremony(Case):
    """A line of versions in ./trust: root anna, ben and cora, of whom two must sign; release ops."""

    def setUp(self):
        super().setUp()
        for name in ("anna", "ben", "cora", "ops", "new"):
            self.key(name)
        os.mkdir(self.path("trust"))

    def trust(self, *args, **kwargs):
        return self.sealift("trust", *args, **kwargs)

    def first(self, *args):
        self.trust("init", "trust/1.json", "--customer", "customer-a", "--root-key", "anna.pub", "--root-key", "ben.pub",
                   "--root-key", "cora.pub", "--release-key", "ops.pub", "--threshold", "root=2", "--issued", "2026-01-05",
                   *args)
        self.sign(1, "anna", "ben")

    def outside(self, name):
        """A key that openssl has, and the command that signs with it."""
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.path(name)], check=True)
        return f"{OPENSSL_SIGNER} {self.path(name)}"

    def sign(self, version, *names):
        self.trust("sign", f"trust/{version}.json", *[part for name in names for part in ("--key", f"{name}.key")])

    def ident(self, name):
        return self.read(f"{name}.pub").decode().split()[5].rjust(16, "0")

    def fits(self, schema, document):
        self.write("document.json", json.dumps(document))
        self.sealift("schema", "check", "--schema", os.path.join(SOURCE, "releases-schema", schema), "document.json")


class Making(Ceremony):
    def test_people_sign_one_after_another_and_are_told_who_is_missing(self):
        said = self.trust("init", "trust/1.json", "--customer", "customer-a", "--root-key", "anna.pub", "--root-key",
                          "ben.pub", "--release-key", "ops.pub", "--threshold", "root=2").out
        self.assertIn("version 1, not signed yet", said)
        self.assertIn("2 of 2 root signatures of version 1", said)
        none = self.trust("check", "trust", status=1)
        self.assertIn("0 of 2 root signatures of version 1; missing 2 of", none.out)
        self.sign(1, "anna")
        one = self.trust("check", "trust/1.json", status=1)
        self.assertIn(f"1 of 2 root signatures of version 1; missing 1 of {self.ident('ben')}", one.out)
        self.assertIn("trust/1.json has 1 of 2 root signatures", one.err)
        self.sign(1, "ben")
        self.assertIn("version 1 is complete", self.trust("check", "trust/1.json").out)

    def test_the_document_is_canonical_and_fits_its_schema(self):
        self.first("--floor", "3", "--epoch", "2", "--expires", "2035-12-31", "--clock", "refuse", "--site-key", "new.pub")
        text = self.read("trust/1.json").decode()
        document = json.loads(text)
        self.assertEqual(text, json.dumps(document, sort_keys=True, separators=(",", ":")))
        self.assertEqual((document["floor"], document["epoch"], document["expires"]), (3, 2, 2082758400))
        self.assertEqual(document["roles"]["site"]["threshold"], 1)
        self.fits("trust.schema.json", document)
        shown = self.trust("show", "trust/1.json").out
        for part in ("customer-a", "2 of 3 must sign trust.json", "nobody may permit", "2036-01-01T00:00:00Z", "refused",
                     "fingerprint", self.ident("ops")):
            self.assertIn(part, shown)
        self.assertEqual(json.loads(self.trust("show", "trust/1.json", "--format", "json").out), document)

    def test_stock_minisign_checks_the_signatures(self):
        if not have("minisign"):
            self.skipTest("no minisign here")
        self.first()
        subprocess.run(["minisign", "-VHm", "trust/1.json", "-x", f"trust/1.json.{self.ident('anna')}.minisig", "-p",
                        "anna.pub"], cwd=self.dir, check=True, capture_output=True)

    def test_a_rotation_of_the_root_needs_both_sides(self):
        self.first()
        self.key("dora")
        self.trust("drop-key", "trust/1.json", "--root-key", "anna.pub")
        self.trust("sign", "trust/2.json", "--key", "anna.key")
        self.sign(2, "ben", "cora")
        self.assertIn("each follows", self.trust("check", "trust").out)
        self.trust("add-key", "trust/2.json", "--root-key", "dora.pub")
        self.assertIn("is no root key of this version", self.trust("sign", "trust/3.json", "--key", "anna.key").out)
        self.sign(3, "dora", "ben")
        report = json.loads(self.trust("check", "trust", "--format", "json", status=1).out)
        self.assertFalse(report["complete"])
        third = report["versions"][2]
        self.assertEqual(third["by_previous"], {"count": 1, "missing": [self.ident("cora")], "threshold": 2})
        self.assertEqual(third["by_itself"]["count"], 2)
        self.sign(3, "cora")
        self.trust("check", "trust")

    @unittest.skipUnless(have("openssl"), "openssl is not installed")
    def test_a_root_key_that_only_openssl_has_signs_as_any_other(self):
        command = self.outside("vault.pem")
        self.sealift("keygen", "--key-command", command, "--purpose", "trust", "--out", "vault")
        self.trust("init", "trust/1.json", "--customer", "customer-a", "--root-key", "vault.pub", "--root-key", "anna.pub",
                   "--release-key", "ops.pub", "--threshold", "root=2")
        said = self.trust("sign", "trust/1.json", "--key-command", command, "--key", "anna.key").out
        self.assertIn(f"with key {self.ident('vault')}", said)
        self.assertIn("version 1 is complete", self.trust("check", "trust").out)
        comment = self.read(f"trust/1.json.{self.ident('vault')}.minisig").decode().splitlines()[2]
        self.assertRegex(comment, "^trusted comment: sealift trust customer=customer-a version=1 sha256=[0-9a-f]{64}$")
        if have("minisign"):
            subprocess.run(["minisign", "-VHm", "trust/1.json", "-x", f"trust/1.json.{self.ident('vault')}.minisig", "-p",
                            "vault.pub"], cwd=self.dir, check=True, capture_output=True)

    @unittest.skipUnless(have("openssl"), "openssl is not installed")
    def test_a_key_command_is_told_what_it_signs_and_a_wrong_answer_is_not_written(self):
        self.first()
        self.write("log.sh", f"#!/bin/sh\ntee -a {self.path('log')} | {OPENSSL_SIGNER} \"$1\"\n")
        os.chmod(self.path("log.sh"), 0o755)
        self.outside("vault.pem")
        before = self.listing("trust")
        self.trust("sign", "trust/1.json", "--key-command", f"{self.path('log.sh')} vault.pem")
        self.assertEqual(self.read("log").decode().count("purpose trust\n"), 3, "for the key once, for signatures twice")
        self.assertIn("comment sealift trust customer=customer-a version=1 sha256=", self.read("log").decode())
        self.assertEqual(len(self.listing("trust")), len(before) + 1)
        self.write("lies.sh", f"#!/bin/sh\n{OPENSSL_SIGNER} \"$1\" | sed 's/^signature ..../signature AAAA/'\n")
        os.chmod(self.path("lies.sh"), 0o755)
        self.outside("other.pem")
        before = self.listing("trust")
        self.assertIn("is not one", self.trust("sign", "trust/1.json", "--key-command", f"{self.path('lies.sh')} other.pem",
                                               status=1).err)
        self.assertEqual(self.listing("trust"), before)

    def test_a_key_may_be_void_from_the_beginning_and_a_floor_begins_anew_with_an_epoch(self):
        self.first("--floor", "9")
        self.trust("revoke", "trust/1.json", "--key", "ops.pub", "--void-after", "0", "--release-key", "new.pub")
        self.sign(2, "anna", "ben")
        self.assertIn("void after sequence 0 of epoch 1", self.trust("show", "trust/2.json").out)
        self.trust("set", "trust/2.json", "--epoch", "2")
        self.sign(3, "anna", "ben")
        third = json.loads(self.read("trust/3.json"))
        self.assertEqual((third["epoch"], third["floor"]), (2, 0))
        self.assertEqual([key["epoch"] for key in third["revoked_keys"]], [1])
        self.fits("trust.schema.json", third)
        self.trust("set", "trust/3.json", "--epoch", "3", "--floor", "4")
        self.sign(4, "anna", "ben")
        self.assertIn("each follows", self.trust("check", "trust").out)
        self.assertIn("has floor 0, after floor 4 in the same epoch", self.trust("set", "trust/4.json", "--floor", "0", status=2).err)

    def test_what_no_site_would_take_is_neither_signed_nor_called_complete(self):
        self.first("--floor", "9")
        self.sealift("keygen", "--out", "other", "--no-password")
        self.trust("revoke", "trust/1.json", "--key", "ops.pub", "--void-after", "17", "--release-key", "new.pub", "--bundle", "7" * 64)
        self.sign(2, "anna", "ben")
        second = json.loads(self.read("trust/2.json"))
        revoked = second["revoked_keys"][0]
        os.mkdir(self.path("alone"))
        for change, why in (({"revoked_keys": []}, "takes the revocation of a key back"),
                            ({"revoked_bundles": []}, "takes the revocation of a bundle back"),
                            ({"floor": 8}, "has floor 8, after floor 9"),
                            ({"epoch": 0, "revoked_keys": [dict(revoked, epoch=0)]}, "has epoch 0, after epoch 1"),
                            ({"customer": "customer-b"}, "is for another customer than version 2"),
                            ({"revoked_keys": [dict(revoked, void_after_sequence=18)]}, "up to sequence 18 of epoch 1, not 17"),
                            ({"revoked_keys": [dict(revoked, epoch=0), revoked]}, "up to sequence 17 of epoch 0, not 0")):
            text = json.dumps(dict(second, version=3, **change), sort_keys=True, separators=(",", ":"))
            self.write("trust/3.json", text)
            before = self.listing("trust")
            refused = self.trust("sign", "trust/3.json", "--key", "anna.key", "--key", "ben.key", status=1)
            self.assertIn(why, refused.err)
            self.assertIn("nothing was signed", refused.err)
            self.assertEqual(self.listing("trust"), before)
            self.write("alone/3.json", text)
            self.trust("sign", "alone/3.json", "--key", "anna.key", "--key", "ben.key")
            for name in os.listdir(self.path("alone")):
                os.rename(self.path("alone", name), self.path("trust", name))
            self.assertIn(why, self.trust("check", "trust", status=1).err)
            for name in os.listdir(self.path("trust")):
                if name.startswith("3."):
                    os.unlink(self.path("trust", name))

    def test_a_sequence_after_the_first_epoch_needs_the_epoch_it_is_of(self):
        self.first()
        self.trust("set", "trust/1.json", "--epoch", "2")
        self.sign(2, "anna", "ben")
        keep = ["--release-key", "new.pub", "--out", "trust/3.json"]
        for given in (["17"], ["1:17", "17"], ["2:1", "17"]):
            points = [word for point in given for word in ("--void-after", point)]
            refused = self.trust("revoke", "trust/2.json", "--key", "ops.pub", *points, *keep, status=2)
            self.assertIn("--void-after 17: this is epoch 2, and sequences begin anew with each: of which epoch is it?", refused.err)
            self.assertIn("as --void-after 1:17, once for each epoch", refused.err)
        for given, why in ((["3:1"], "--void-after 3:1 is of an epoch to come: this is epoch 2"),
                           (["1:17", "1:18"], "--void-after was given twice for epoch 1"),
                           (["1:"], 'or EPOCH:SEQUENCE, not "1:"'), ([":1"], 'not ":1"'), (["1:2:3"], 'not "1:2:3"'), (["x"], 'not "x"'),
                           (["-1"], 'not "-1"'), (["9007199254740992"], "--void-after wants"), ([""], "--void-after wants")):
            points = [word for point in given for word in ("--void-after", point)]
            self.assertIn(why, self.trust("revoke", "trust/2.json", "--key", "ops.pub", *points, *keep, status=2).err)
        self.assertFalse(os.path.exists(self.path("trust/3.json")))
        self.trust("revoke", "trust/2.json", "--key", "ops.pub", "--void-after", "2:5", "--void-after", "1:17", "--release-key", "new.pub")
        self.sign(3, "anna", "ben")
        said = self.trust("show", "trust/3.json").out
        self.assertLess(said.index("void after sequence 17 of epoch 1"), said.index("void after sequence 5 of epoch 2"))
        third = json.loads(self.read("trust/3.json"))
        self.fits("trust.schema.json", third)
        self.assertEqual([(key["epoch"], key["void_after_sequence"]) for key in third["revoked_keys"]], [(1, 17), (2, 5)])
        name = third["revoked_keys"][0]["key"]
        self.assertIn("void after sequence 17 of epoch 1", self.trust("revoke", "trust/3.json", "--key", name, "--void-after", "1:18", status=2).err)
        self.trust("revoke", "trust/3.json", "--key", name, "--void-after", "0")
        self.sign(4, "anna", "ben")
        self.assertIn("each follows", self.trust("check", "trust").out)

    def test_a_threshold_that_no_number_of_signatures_meets_is_not_written(self):
        keys = []
        for number in range(17):
            self.key(f"m{number}")
            keys += ["--root-key", f"m{number}.pub"]
        said = self.trust("init", "trust/1.json", "--customer", "customer-a", *keys, "--release-key", "ops.pub", "--threshold",
                          "root=17", status=2).err
        self.assertIn("the threshold of the role root is 17, and nothing may have more than 16 signatures", said)
        self.assertFalse(os.path.exists(self.path("trust/1.json")))
        self.trust("init", "trust/1.json", "--customer", "customer-a", *keys, "--release-key", "ops.pub", "--threshold", "root=16")
        self.trust("sign", "trust/1.json", *[part for number in range(16) for part in ("--key", f"m{number}.key")])
        self.trust("check", "trust")

    def test_a_signature_is_not_written_over(self):
        self.first()
        self.trust("sign", "trust/1.json", "--key", "anna.key", status=3)
        self.trust("init", "trust/1.json", "--customer", "*", "--root-key", "anna.pub", "--release-key", "ops.pub", status=3)

    def test_mistakes_are_said(self):
        self.first()
        wrong = (
            (["sing", "trust/1.json"], "trust does not know how to 'sing'"),
            (["sign", "trust/1.json"], "trust sign needs --key FILE or --key-command COMMAND"),
            (["init", "x.json", "--root-key", "anna.pub"], "trust init needs --customer NAME"),
            (["init", "x.json", "--customer", "a/b", "--root-key", "anna.pub", "--release-key", "ops.pub"], "may only have"),
            (["init", "x.json", "--customer", "a", "--root-key", "anna.pub"], "no key in the role release"),
            (["init", "x.json", "--customer", "a" * 64], "longer than 63"),
            (["add-key", "trust/1.json"], "no key was given"),
            (["add-key", "trust/1.json", "--root-key", "anna.pub"], "has the role root already"),
            (["add-key", "trust/1.json", "--out", "x.json", "--release-key", "new.pub", "--threshold", "release=3"],
             "threshold of the role release is 3"),
            (["add-key", "trust/1.json", "--release-key", "new.pub", "--threshold", "king=1"], '"king" is no role'),
            (["add-key", "trust/1.json", "--release-key", "new.pub", "--threshold", "root"], "--threshold wants ROLE=N"),
            (["drop-key", "trust/1.json", "--grant-key", "anna.pub"], "has not the role grant"),
            (["revoke", "trust/1.json"], "trust revoke needs --key KEY or --bundle SHA256"),
            (["revoke", "trust/1.json", "--key", "nobody"], '"nobody" is no key id'),
            (["revoke", "trust/1.json", "--key", "0" * 64], "no version here lists that key, so revoking it takes nothing back"),
            (["revoke", "trust/1.json", "--key", "new.pub"], "--key new.pub: no version here lists that key"),
            (["revoke", "trust/1.json", "--bundle", "12"], "the 64 digits of a digest"),
            (["revoke", "trust/1.json", "--key", "ops.pub"], "no key in the role release that is not revoked"),
            (["set", "trust/1.json"], "trust set needs"),
            (["set", "trust/1.json", "--expires", "tomorrow"], "--expires wants a day"),
            (["set", "trust/1.json", "--epoch", "2", "--issued", "2026-02-30x"], "--issued wants a day"),
            (["set", "trust/1.json", "--epoch", "2", "--issued", "2942-02-03"], "--issued is a day to come"),
            (["set", "trust/1.json", "--clock", "ask"], "--clock is warn or refuse"),
        )
        for args, said in wrong:
            with self.subTest(args=args):
                self.assertIn(said, self.trust(*args, status=2).err)
        for args in (["--void-after", "-1"], ["--void-after", "x"]):
            self.assertIn("--void-after wants a sequence, or EPOCH:SEQUENCE", self.trust("revoke", "trust/1.json", "--key", "ops.pub", *args,
                                                                    status=2).err)
        shutil.copy(self.path("trust/1.json"), self.path("mine.json"))
        self.assertIn("--out must say", self.trust("set", "mine.json", "--floor", "2", status=2).err)
        self.trust("set", "mine.json", "--floor", "2", "--out", "next.json")
        self.trust("set", "trust/1.json", "--floor", "2")
        self.assertIn("several versions", self.trust("show", "trust", status=2).err)


    def test_a_key_that_was_mistyped_is_not_revoked_instead_of_the_one_that_was_meant(self):
        self.first()
        keys = self.trust("show", "trust/1.json", "--format", "json").json()["keys"]
        names = {self.read(f"{name}.pub").decode().splitlines()[1]: self.ident(name) for name in ("anna", "ben", "cora", "ops")}
        listed = {names[public]: sha256 for sha256, public in keys.items()}
        for key, sha256 in listed.items():
            digit = "0" if sha256[17] != "0" else "1"
            near = sha256[:17] + digit + sha256[18:]
            refused = self.trust("revoke", "trust/1.json", "--key", near, status=2)
            self.assertIn("no version here lists that key", refused.err)
            self.assertIn(f"did you mean key {key}, {sha256}?", refused.err)
            self.assertIn(f"did you mean key {key}, ", self.trust("revoke", "trust/1.json", "--key", key[:-1] + "x", status=2).err)
        refused = self.trust("revoke", "trust/1.json", "--key", "new.pub", status=2)
        self.assertRegex(refused.err, "listed are .*" + self.ident("ops"))
        self.assertIn("--unlisted", refused.err)
        self.assertFalse(os.path.exists(self.path("trust/2.json")))
        self.trust("revoke", "trust/1.json", "--key", "new.pub", "--unlisted")
        self.assertIn("is revoked already", self.trust("revoke", "trust/2.json", "--key", "new.pub", status=2).err)

    def test_a_key_that_only_an_earlier_version_lists_can_be_revoked(self):
        self.first()
        self.trust("add-key", "trust/1.json", "--release-key", "new.pub")
        self.trust("drop-key", "trust/2.json", "--release-key", "new.pub")
        self.trust("revoke", "trust/3.json", "--key", "new.pub", "--out", "near.json")
        os.unlink(self.path("trust/2.json"))
        self.trust("revoke", "trust/3.json", "--key", "new.pub", "--out", "far.json", status=2)

    def two_more(self):
        """Version 2 lists the key new, version 3 does no longer; its SHA-256."""
        self.first()
        self.trust("add-key", "trust/1.json", "--release-key", "new.pub")
        self.trust("drop-key", "trust/2.json", "--release-key", "new.pub")
        public = self.read("new.pub").decode().splitlines()[1]
        return next(sha256 for sha256, key in json.loads(self.read("trust/2.json"))["keys"].items() if key == public)

    def test_a_key_is_named_in_either_case_and_by_the_id_of_an_earlier_version(self):
        sha256 = self.two_more()
        ident = self.ident("new")
        for number, name in enumerate((sha256, sha256.upper(), ident, ident.lower(), "new.pub")):
            out = f"out{number}.json"
            self.trust("revoke", "trust/3.json", "--key", name, "--out", out)
            self.assertEqual([key["key"] for key in json.loads(self.read(out))["revoked_keys"]], [sha256], name)
        self.trust("revoke", "trust/1.json", "--key", self.ident("cora").lower(), "--out", "cora.json")
        self.assertEqual(len(json.loads(self.read("cora.json"))["revoked_keys"]), 1)

    def test_a_key_is_not_called_unlisted_where_an_earlier_version_could_not_be_read(self):
        sha256 = self.two_more()
        names = (sha256, self.ident("new"), "new.pub")
        for name in ("mine.json", "trust/copy-3.json"):
            shutil.copy(self.path("trust/3.json"), self.path(name))
            for key in names:
                refused = self.trust("revoke", name, "--key", key, "--out", "x.json", status=2).err
                self.assertIn("whether an earlier one does is not known: none was looked for", refused)
                self.assertIn(f"{name}, which is version 3, is not called 3.json", refused)
        second = self.read("trust/2.json")
        self.write("trust/2.json", "{")
        for key in names:
            refused = self.trust("revoke", "trust/3.json", "--key", key, "--out", "x.json", status=2).err
            self.assertIn("whether an earlier one does is not known: trust/2.json", refused)
            self.assertIn("--unlisted", refused)
        for key in (sha256, "new.pub"):
            self.trust("revoke", "trust/3.json", "--key", key, "--unlisted", "--out", f"{key}.json")
        # One that this version lists needs no earlier one.
        self.trust("revoke", "trust/3.json", "--key", "ops.pub", "--release-key", "new.pub", "--out", "ops.json")
        self.write("trust/2.json", second)
        self.trust("revoke", "trust/3.json", "--key", "new.pub", "--out", "x.json")


class Delivery(Ceremony):
    """A release repository, and version 1 signed."""

    def setUp(self):
        super().setUp()
        self.repository()
        self.first()

    def verify(self, bundle, *args, status=0):
        return self.sealift("verify", bundle, "--trust", "site.json", *args, status=status)

    def hand_over(self, version=1):
        """What the site was given on a trusted way."""
        for name in os.listdir(self.path("trust")):
            if name.startswith(f"{version}.json"):
                shutil.copy(self.path("trust", name), self.path("site.json" + name[len(f"{version}.json"):]))

    def release(self, text, release="v1.0"):
        """More for release.yaml; what is over already may be packed, for sites to judge."""
        self.write("repo/sealift.yaml", "validation:\n  rules: {support/expired: warning}\n")
        path = f"repo/releases/{release}/release.yaml"
        self.write(path, self.read(path).decode() + text)
        self.git("commit", "-q", "-a", "-m", "terms")


class Packing(Delivery):
    """Whether the keys that pack signs with are those that the trust.json it carries asks for."""

    def setUp(self):
        super().setUp()
        os.mkdir(self.path("made"))

    def release_signatures(self, *args, key="ops.key"):
        """What pack tells, on both ways; the bundle is self.bundle."""
        signed = ["--key", key] if key else []
        result = self.sealift("-C", "repo", "pack", "--release", "v1.0", "--customer", "customer-a", "--trust", self.path("trust"),
                              "--out", "made", "--replace", "--format", "json", *signed, *args)
        self.bundle = result.json()["path"]
        return result.json()["release_signatures"], result.err

    def test_a_key_that_is_revoked_packs_nothing(self):
        self.trust("revoke", "trust/1.json", "--key", "ops.pub", "--void-after", "17", "--release-key", "new.pub")
        self.sign(2, "ben", "cora")
        trust = ("--trust", self.path("trust"))
        for more in ((), ("--key", "new.key")):
            said = self.pack(*trust, "--sequence", "18", *more, status=1)
            self.assertIn(f"version 2 of trust.json revokes the key {self.ident('ops')} for sequence 18 of epoch 1", said.err)
            self.assertIn("no enrolled site counts what it signs", said.err)
            self.assertFalse(os.path.exists(self.path("out/customer-a-v1.0-18.tar.gz")))
        self.pack(*trust, "--sequence", "17")
        self.pack(*trust, "--sequence", "18", key="new.key")

    def test_a_key_that_no_version_lists_packs_nothing(self):
        said = self.pack("--trust", self.path("trust"), key="new.key", status=1)
        self.assertIn("the key that signs is not a release key of version 1 of trust.json, which the bundle carries", said.err)
        self.assertIn("or list it first: sealift trust add-key --release-key", said.err)
        said = self.pack("--trust", self.path("trust"), "--key", "anna.key", key="new.key", status=1)
        self.assertIn("none of the keys that sign is a release key of version 1 of trust.json", said.err)
        self.assertFalse(os.path.exists(self.path("out")))
        self.pack(key="new.key")

    def test_a_key_of_the_new_version_packs_and_one_that_it_dropped_does_not(self):
        self.hand_over()
        self.trust("add-key", "trust/1.json", "--release-key", "new.pub")
        self.sign(2, "anna", "ben")
        for key in ("ops.key", "new.key"):
            told, said = self.release_signatures(key=key)
            self.assertEqual(told, {"count": 1, "missing": [], "threshold": 1, "trust_version": 2})
            self.assertEqual(said, "")
            self.verify(self.bundle)
        self.trust("drop-key", "trust/2.json", "--release-key", "ops.pub")
        self.sign(3, "anna", "ben")
        self.assertIn("is not a release key of version 3", self.pack("--trust", self.path("trust"), status=1).err)

    def test_a_key_beside_those_that_count_is_told(self):
        """As for sites that are given keys and no trust.json."""
        told, said = self.release_signatures("--key", "new.key")
        self.assertEqual(told, {"count": 1, "missing": [], "threshold": 1, "trust_version": 1})
        self.assertIn(f"the key {self.ident('new')} is no release key of version 1 of trust.json\n", said)
        self.sealift("verify", self.bundle, "--pubkey", "new.pub")

    def test_signatures_that_are_to_come_are_told_and_sign_adds_them(self):
        self.trust("add-key", "trust/1.json", "--release-key", "new.pub", "--threshold", "release=2")
        self.sign(2, "anna", "ben")
        self.hand_over(2)
        ops, new = self.ident("ops"), self.ident("new")
        told, said = self.release_signatures(key=None)
        self.assertEqual(told, {"count": 0, "missing": sorted((ops, new), key=said.index), "threshold": 2, "trust_version": 2})
        self.assertIn("0 of 2 release signatures of version 2 of trust.json; missing 2 of ", said)
        told, said = self.release_signatures()
        self.assertEqual(told, {"count": 1, "missing": [new], "threshold": 2, "trust_version": 2})
        self.assertIn(f"1 of 2 release signatures of version 2 of trust.json; missing 1 of {new}\n", said)
        self.assertIn("no enrolled site takes it before sealift sign has added them", said)
        self.verify(self.bundle, status=1)
        self.sealift("sign", self.bundle, "--key", "new.key", "--replace")
        self.verify(self.bundle)
        self.assertEqual(self.release_signatures("--key", "new.key")[1], "")

    def test_without_trust_nothing_of_it_is_told(self):
        result = self.sealift("-C", "repo", "pack", "--release", "v1.0", "--customer", "customer-a", "--key", "new.key",
                              "--out", "made", "--format", "json")
        self.assertNotIn("release_signatures", result.json())
        self.assertEqual(result.err, "")


class Site(Delivery):
    def steps(self, report):
        return {step["step"]: step["outcome"] for step in report["verdict"]["steps"]}

    def test_a_bundle_is_judged_by_trust_json_and_the_verdict_can_be_kept(self):
        self.hand_over()
        bundle = self.pack("--trust", self.path("trust"))
        report = self.verify(bundle, "--format", "json").json()
        self.assertTrue(report["verified"] and report["verdict"]["accepted"])
        self.assertEqual(report["verdict"]["signers"], [self.ident("ops")])
        self.assertEqual(report["epoch"], 1)
        self.fits("verdict.schema.json", report["verdict"])
        text = self.verify(bundle, "--explain").out
        self.assertIn(" 1 limits       passed", text)
        self.assertIn("12 payload      passed", text)
        self.sealift("inspect", bundle)

    def test_a_bundle_without_trust_is_of_no_epoch_that_counts(self):
        self.hand_over()
        bundle = self.pack()
        result = self.verify(bundle, "--explain", status=1)
        self.assertIn("is of epoch 0, and version 1 of trust.json says 1", result.err)
        self.assertIn("7 epoch        refused", result.out)
        self.assertIn("12 payload      not reached\n", result.out)

    def test_a_stolen_key_is_revoked_by_the_bundle_that_comes_next(self):
        self.hand_over()
        self.trust("revoke", "trust/1.json", "--key", "ops.pub", "--void-after", "17", "--release-key", "new.pub")
        self.sign(2, "ben", "cora")
        self.trust("check", "trust")
        trust = self.path("trust")
        good = self.pack("--trust", trust, "--sequence", "18", key="new.key")
        self.assertEqual(self.verify(good, "--format", "json").json()["verdict"]["trust_taken"], 1)
        thief = self.pack("--trust", trust, "--sequence", "19", thief="ops.key")
        report = self.verify(thief, "--format", "json", status=1).json()
        self.assertEqual(self.steps(report)["revocations"], "refused")
        self.fits("verdict.schema.json", report["verdict"])
        older = self.pack("--trust", trust, "--sequence", "17")
        self.verify(older)

    def test_a_revoked_bundle_is_refused(self):
        self.hand_over()
        bundle = self.pack("--trust", self.path("trust"))
        digest = self.sealift("inspect", bundle, "--format", "json").json()["manifest_sha256"]
        self.verify(bundle)
        self.trust("revoke", "trust/1.json", "--bundle", digest)
        self.sign(2, "anna", "ben")
        self.assertIn("is revoked by version 2",
                      self.sealift("verify", bundle, "--trust", "trust", status=1).err)

    def test_the_other_customer_is_not_named(self):
        self.hand_over()
        bundle = self.pack("--trust", self.path("trust"))
        os.rename(bundle if os.path.isabs(bundle) else self.path(bundle), self.path("disk.tar.gz"))
        self.trust("init", "other.json", "--customer", "harbour", "--root-key", "anna.pub", "--release-key", "ops.pub")
        self.trust("sign", "other.json", "--key", "anna.key")
        for how in ([], ["--explain"], ["--format", "json"]):
            result = self.sealift("verify", "disk.tar.gz", "--trust", "other.json", *how, status=1)
            self.assertIn("not for harbour" if not how else "", result.err)
            self.assertNotIn("customer-a", result.out + result.err)
            self.assertNotIn("disk.tar.gz", result.out + result.err)

    def test_a_trust_json_that_is_not_signed_is_a_mistake_of_the_one_who_calls(self):
        shutil.copy(self.path("trust/1.json"), self.path("site.json"))
        bundle = self.pack("--trust", self.path("trust"))
        self.assertIn("--trust: site.json has 0 of 2 root signatures", self.verify(bundle, status=2).err)
        self.assertIn("not both", self.verify(bundle, "--pubkey", "ops.pub", status=2).err)
        self.sealift("verify", bundle, "--trust", "missing.json", status=3)

    def test_what_is_not_complete_is_not_packed(self):
        self.trust("set", "trust/1.json", "--floor", "5")
        self.sign(2, "anna")
        result = self.pack("--trust", self.path("trust"), status=1)
        self.assertIn("trust/2.json has 1 of 2 root signatures of version 1", result.err)
        self.assertFalse(os.path.exists(self.path("out/customer-a-v1.0-17.tar.gz")))
        self.assertIn("is for the customer customer-a", self.pack("--trust", self.path("trust/1.json"), customer="customer-b",
                                                                  status=1).err)

    def test_trust_is_looked_at_before_a_key_is_asked_for(self):
        self.trust("set", "trust/1.json", "--floor", "3")
        said = self.pack("--trust", self.path("trust"), "--key-command", "false", key=None, status=1)
        self.assertIn("trust/2.json has 0 of 2 root signatures", said.err)
        self.assertIn("sealift trust check says what is missing", said.err)
        self.assertFalse(os.path.exists(self.path("out")))

    def test_release_yaml_says_expiry_floor_epoch_and_stops(self):
        self.hand_over()
        self.release('expires: "2026-01-31"\nfloor: 12\nrequired-stops:\n  v0.9: 12\n  v0.8: 4\n')
        bundle = self.pack("--trust", self.path("trust"))
        shown = self.sealift("inspect", bundle, "--format", "json").json()
        self.assertEqual(shown["expires"], 1769904000)
        self.assertEqual(shown["floor"], 12)
        self.assertEqual(shown["requires"], {"stops": [{"release": "v0.8", "sequence": 4}, {"release": "v0.9", "sequence": 12}],
                                             "upgrade_from": []})
        text = self.sealift("inspect", bundle).out
        for part in ("not without  v0.8, sequence 4", "expires      2026-02-01T00:00:00Z", "floor        12", "epoch        1"):
            self.assertIn(part, text)
        self.assertIn("warning", self.verify(bundle).out, "only the clock says that it has expired")
        self.release("epoch: 3\n")
        self.assertIn("release.yaml says epoch 3", self.pack("--trust", self.path("trust"), "--replace", status=1).err)

    def test_the_clock_alone_refuses_where_the_policy_says_so(self):
        self.release('expires: "2026-01-31"\n')
        self.trust("set", "trust/1.json", "--clock", "refuse", "--issued", "2026-01-06")
        self.sign(2, "anna", "ben")
        bundle = self.pack("--trust", self.path("trust"))
        result = self.sealift("verify", bundle, "--trust", "trust", "--explain", status=1)
        self.assertIn("by this machine's clock", result.err)
        self.assertIn("11 expiry       refused", result.out)

    def test_a_release_that_may_not_follow_what_is_installed_is_refused(self):
        path = "repo/releases/v1.1/release.yaml"
        self.write(path, self.read(path).decode().replace("- v1.0", "- v0.9"))
        self.git("commit", "-q", "-a", "-m", "terms")
        new = self.pack("--sequence", "18", release="v1.1")
        self.assertIn("may follow   v0.9", self.sealift("inspect", new).out)
        self.sealift("install", new, "--pubkey", "ops.pub", "--root", "fresh")
        old = self.pack()
        self.sealift("install", old, "--pubkey", "ops.pub", "--root", "site")
        before = self.listing("site")
        result = self.sealift("install", new, "--pubkey", "ops.pub", "--root", "site", status=1)
        self.assertIn("v1.0 is installed, and v1.1 may only follow v0.9", result.err)
        self.assertIn("install one of these releases first", result.err)
        self.assertEqual(self.listing("site"), before)

    def test_install_takes_trust_json_too(self):
        self.hand_over()
        bundle = self.pack("--trust", self.path("trust"))
        self.sealift("install", bundle, "--trust", "site.json", "--root", "site")
        self.assertTrue(os.path.exists(self.path("site/current/trust/1.json")))
        self.assertIn("intact", self.sealift("install", bundle, "--trust", "site.json", "--root", "site").out)
        self.sealift("status", "--root", "site")

    def test_the_second_writer_makes_the_same_container(self):
        bundle = self.pack("--trust", self.path("trust"))
        with open(self.path("original.tar"), "wb") as out:
            subprocess.run(["gzip", "-dc", bundle], cwd=self.dir, check=True, stdout=out)
        subprocess.run(["tar", "xf", "original.tar"], cwd=self.dir, check=True)
        writer = os.path.join(SOURCE, "tests/conformance/bundle_writer.py")
        subprocess.run(["python3", writer, "customer-a-v1.0-17", "again.tar"], cwd=self.dir, check=True)
        self.assertEqual(self.read("again.tar"), self.read("original.tar"))


if __name__ == "__main__":
    main()
