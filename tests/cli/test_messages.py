#!/usr/bin/env python3
"""What is told about mistakes that people make: the right file is named, and the right thing is said of it."""
import os
import re
import shutil
import unittest

from enrolled_case import Enrolment
from evil_writer import Bundle
from harness import Case, have, main
from test_verify import set_field


class Mistakes(Case):
    def setUp(self):
        super().setUp()
        self.repository()
        self.key()
        self.packed = self.pack()

    def install(self, root="site"):
        self.sealift("install", self.packed, "--pubkey", "ops.pub", "--root", root)

    def test_a_refusal_names_the_bundle_in_the_message_and_for_programs(self):
        self.key("other")
        for arguments in (("--pubkey", "other.pub"), ("--pubkey", "ops.pub", "--provenance-key", "other.pub")):
            for command in (("verify",), ("install", "--root", "new")):
                if "--provenance-key" in arguments and command[0] == "install":
                    continue
                error = self.sealift(*command, self.packed, *arguments, "--format", "json", status=1).json()["error"]
                self.assertEqual(error["file"], self.packed)
                self.assertTrue(error["message"].startswith(self.packed + ": "), error)
        error = self.sealift("verify", self.packed, "--pubkey", "ops.pub", "--customer", "customer-b", "--format", "json",
                             status=1).json()["error"]
        self.assertNotIn("file", error, "its name mostly says whose it is")

    def test_a_directory_in_the_place_of_a_bundle_is_named(self):
        for command in (("sign", "--key", "ops.key", "--detached"), ("verify", "--pubkey", "ops.pub"), ("inspect",)):
            said = self.sealift(command[0], "repo", *command[1:], status=3).err
            self.assertIn("open the bundle repo: it is a directory", said)

    def test_a_root_that_is_no_enrolled_site_is_told(self):
        for command in ("verify", "install"):
            said = self.sealift(command, self.packed, "--root", "typo", status=2).err
            self.assertIn("--pubkey FILE or --trust FILE: typo does not exist", said)
        self.install()
        said = self.sealift("verify", self.packed, "--root", "site", status=2).err
        self.assertIn("site is no enrolled site", said)
        self.assertIn("nothing is installed in typo: there is no such directory", self.sealift("status", "--root", "typo", status=3).err)
        os.mkdir(self.path("empty"))
        self.assertNotIn("no such directory", self.sealift("status", "--root", "empty", status=3).err)

    def test_what_is_no_key_file_is_told_as_that(self):
        cases = ((b"", "it is empty"), (b"hello\n", "does not begin with"), (b"\0" * 5000, "does not begin with"))
        for content, why in cases:
            self.write("file", content)
            for command in (("verify", self.packed, "--pubkey", "file"),
                            ("sign", self.packed, "--key", "file", "--detached")):
                with self.subTest(content=content[:9], command=command):
                    said = self.sealift(*command, status=2).err
                    self.assertIn("file is no key file: " + why if not content else "file is no key file: it " + why, said)
        self.write("file", self.read("ops.pub")[:40])
        self.assertNotIn("no key file", self.sealift("verify", self.packed, "--pubkey", "file", status=2).err)

    def test_an_empty_text_is_no_value(self):
        for arguments in (("verify", "", "--pubkey", "ops.pub"), ("verify", self.packed, "--pubkey", ""),
                          ("-C", "", "validate", "--release", "v1.0"), ("validate", "-C", "", "--release", "v1.0"),
                          ("receipt", "check", "", "--pubkey", "ops.pub"), ("init", "")):
            with self.subTest(arguments=arguments):
                self.assertIn("not an empty text", self.sealift(*arguments, status=2).err)

    def test_what_a_missing_manifest_and_a_closed_directory_are_to_status(self):
        self.install()
        self.assertIn("intact", self.sealift("status", "--root", "site").out)
        os.rename(self.path("site/current/manifest.json"), self.path("manifest.json"))
        said = self.sealift("status", "--root", "site", status=1).err
        self.assertIn("is not the manifest that was installed: it is missing", said)
        os.symlink(self.path("manifest.json"), self.path("site/current/manifest.json"))
        self.assertIn("it is no regular file", self.sealift("status", "--root", "site", status=1).err)

    def test_a_state_that_others_put_there_is_told_with_the_way_out(self):
        self.install()
        os.rename(self.path("site/state/lock"), self.path("lock"))
        os.symlink(self.path("lock"), self.path("site/state/lock"))
        said = self.sealift("rollback", "--root", "site", status=3).err
        self.assertIn("it is a symbolic link, so not sealift's", said)
        self.assertIn("move it away", said)
        os.unlink(self.path("site/state/lock"))
        self.write("site/state/pending.json", b"garbage")
        said = self.sealift("status", "--root", "site", status=None).err
        self.assertIn("no backup has it: move it away", said)
        os.unlink(self.path("site/state/pending.json"))
        self.sealift("status", "--root", "site")

    def test_a_current_generation_that_vanished_is_not_shown_as_there(self):
        self.install()
        generation = os.readlink(self.path("site/current"))
        shutil.rmtree(self.path("site", generation))
        self.assertRegex(self.sealift("history", "--root", "site", status=None).out, "current  no longer on disk")

    def test_a_grant_that_is_not_there_is_told_also_where_none_is_needed(self):
        self.install()
        said = self.sealift("rollback", "--root", "site", "--grant", "nofile", status=3).err
        self.assertIn("open the grant nofile: No such file", said)


@unittest.skipUnless(have("minisign"), "minisign is not installed")
class Names(Case):
    def test_a_name_with_an_escape_in_the_manifest_is_shown_as_it_is_spelt(self):
        self.key()
        for name, shown, why in (("a\nb", r'"a\nb"', "a control character"), ("a\x1b[31mb", r'"a\u001b[31mb"', "a control character"),
                                 ("a\\b", r'"a\\b"', "one of"), ('a"b', r'"a\"b"', "one of")):
            bundle = Bundle(self.path("ops.key"))
            bundle.change_manifest = set_field("files", 1, "path", value=name)
            said = self.sealift("verify", bundle.write(self.path("b.tar.gz")), "--pubkey", "ops.pub", status=1).err
            self.assertIn(f"the name {shown} cannot travel in a bundle: it has {why}", said)


class Receipts(Enrolment):
    def test_a_version_of_trust_json_is_named_as_its_file(self):
        os.rename(self.path("trust"), self.path("tr"))
        self.sealift("trust", "check", "tr")
        signature = next(name for name in os.listdir(self.path("tr")) if name.endswith(".minisig"))
        os.unlink(self.path("tr", signature))
        for arguments in (("trust", "check", "tr"), ("trust", "check", "tr/1.json"),):
            self.assertIn("sealift: tr/1.json has 1 of 2 root signatures", self.sealift(*arguments, status=1).err)

    def test_what_is_no_receipt_or_by_another_site_is_told(self):
        self.enrol()
        bundle = self.bundle(17)
        said = self.sealift("receipt", "check", bundle, "--pubkey", "site/state/site.pub", status=2)
        self.assertIn("is a bundle, not receipts", said.err)
        self.assertEqual(said.out, "")
        self.sealift("receipt", "export", "--root", "site", "--out", "r.jsonl")
        said = self.sealift("receipt", "check", "r.jsonl", "--pubkey", "ops.pub", status=1).err
        self.assertIn("is it the key of that site", said)
        self.assertNotIn("ask the site for all", said)


if __name__ == "__main__":
    main()
