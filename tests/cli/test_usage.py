#!/usr/bin/env python3
"""What the command says when it is asked, or asked wrongly."""
import glob
import os
import shutil
import subprocess

from harness import SEALIFT, Case, main

COMMANDS = ("build", "init", "keygen", "render", "pack", "sign", "schema", "trust", "validate", "values", "explain", "inspect", "verify", "install", "rollback", "history", "status",
            "enrol", "receipt", "grant")

WRONG = (
    ([], "which command?"),
    (["pakc"], "did you mean 'sealift pack'?"),
    (["frobnicate"], "there is no command 'frobnicate'"),
    (["--frobnicate"], "unknown or ambiguous option '--frobnicate'"),
    (["pack"], "pack needs --release NAME"),
    (["pack", "--release", "v1.0"], "pack needs --customer NAME"),
    (["pack", "--release"], "option '--release' needs a value"),
    (["pack", "--release="], "not an empty text"),
    (["pack", "--release", "v1.0", "--customer", "a", "--sequence", "0"], "whole number from 1"),
    (["pack", "--release", "v1.0", "--customer", "a", "--sequence", "12x"], "whole number from 1"),
    (["pack", "--release", "v1.0", "--customer", "a", "--sequence", "-3"], "whole number from 1"),
    (["pack", "--release", "v1.0", "--customer", "a", "--format", "xml"], "--format is text or json"),
    (["pack", "--release", "v1.0", "--customer", "a", "extra"], "does not know what to do with 'extra'"),
    (["build", ".", "--reorder", "fifo"], "--reorder must be legacy or none"),
    (["build", ".", "--load-restrictor", "some"], "--load-restrictor must be root-only or none"),
    (["schema", "check"], "schema needs check DOC..."),
    (["schema", "check", "x.yaml"], "schema needs --schema FILE"),
    (["verify"], "verify needs BUNDLE"),
    (["verify", "x.tar.gz"], "verify needs --pubkey FILE"),
    (["install", "x.tar.gz", "--pubkey", "k"], "install needs --root DIR"),
    (["inspect", "a", "b"], "does not know what to do with 'b'"),
    (["help", "pakc"], "did you mean 'sealift pack'?"),
    (["pack", "--\x1b[31m"], "\\x1b[31m"),
)


class Usage(Case):
    def test_wrong_arguments_are_status_2_and_say_what_is_wrong(self):
        for args, said in WRONG:
            with self.subTest(args=args):
                result = self.sealift(*args, status=2)
                self.assertIn(said, result.err)
                self.assertEqual(result.out, "")

    def test_a_flag_that_was_given_a_value_is_said_to_take_none(self):
        for args, flag in ((("inspect", "x", "--files=1"), "files"), (("inspect", "x", "--fi=1"), "files"),
                           (("install", "x", "--root", "y", "--wait="), "wait")):
            self.assertIn(f"option '--{flag}' takes no value", self.sealift(*args, status=2).err, args)
        for args in (("inspect", "--bogus=1"), ("install", "--roo"), ("inspect", "--=1")):
            self.assertNotIn("takes no value", self.sealift(*args, status=2).err, args)

    def test_a_name_that_is_in_the_way_makes_no_line_of_its_own(self):
        os.mkdir(self.path("full"))
        self.write("full/a\nsealift: installed, all well", "")
        refused = self.sealift("init", "full", status=3).err
        self.assertIn("it holds a\\x0asealift: installed, all well", refused)
        self.assertNotIn("\nsealift: installed", refused)

    def test_nothing_is_dated_by_a_clock_before_1970(self):
        compiler = shutil.which("cc") or shutil.which("gcc")
        if not compiler:
            self.skipTest("no C compiler")
        self.write("clock.c", "long time(long *t) { if (t) *t = -86400; return -86400; }\n")
        subprocess.run([compiler, "-shared", "-fPIC", "-w", "-fno-builtin", "-o", self.path("clock.so"), self.path("clock.c")], check=True)
        self.key("root")
        options = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        init = ("trust", "init", "1.json", "--customer", "a", "--root-key", "root.pub", "--release-key", "root.pub")
        for issued in ((), ("--issued", "2026-01-05")):
            refused = self.sealift(*init, *issued, status=2, env={"LD_PRELOAD": self.path("clock.so"), "ASAN_OPTIONS": options})
            self.assertIn("the clock of this machine says a time before 1970", refused.err)
        self.assertIn("--issued wants a day from 1970-01-01 on", self.sealift(*init, "--issued", "1969-12-31", status=2).err)
        self.sealift(*init)

    def test_every_command_has_help_that_names_its_options(self):
        everything = self.sealift("--help").out
        for command in COMMANDS:
            with self.subTest(command=command):
                text = self.sealift(command, "--help").out
                self.assertIn(f"usage: sealift {command}", text)
                self.assertIn("Examples:", text)
                self.assertIn(f"  {command} ", everything)
                self.assertEqual(text, self.sealift("help", command).out)
                for line in text.splitlines():
                    self.assertLessEqual(len(line), 120)

    def test_version_is_one_line(self):
        self.assertRegex(self.sealift("--version").out, r"^sealift \d+\.\d+\.\d+\n$")

    def test_options_may_be_shortened_joined_and_follow_words(self):
        self.repository()
        one = self.sealift("-C", "repo", "render", "--release", "v1.0", "--customer", "customer-a").out
        two = self.sealift("render", "--cust=customer-a", "--rel=v1.0", "-C", "repo").out
        self.assertEqual(one, two)

    def test_output_that_cannot_be_written_is_status_3(self):
        with open("/dev/full", "w") as full:
            process = subprocess.run([os.environ["SEALIFT"], "--help"], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(process.returncode, 3)
        self.assertIn(b"standard output", process.stderr)

    def test_the_manual_has_a_page_for_every_command_with_every_option(self):
        pages = os.environ["SEALIFT_MANUAL"]
        self.assertEqual(len(glob.glob(os.path.join(pages, "*.1"))), len(COMMANDS) + 1)
        for command in COMMANDS:
            with open(os.path.join(pages, f"sealift-{command}.1"), encoding="utf-8") as f:
                page = f.read().replace("\\-", "-").replace("\\fB", "").replace("\\fR", "")
            for word in self.sealift(command, "--help").out.split():
                if word.startswith("--") and word != "--help":
                    self.assertIn(word.rstrip(".,:;"), page)


class Keys(Case):
    def test_a_key_is_never_overwritten(self):
        self.key()
        before = self.read("ops.key")
        result = self.sealift("keygen", "--out", "ops", "--no-password", status=3)
        self.assertIn("never overwritten", result.err)
        self.assertEqual(self.read("ops.key"), before)

    def test_the_secret_key_is_for_its_owner_only(self):
        self.sealift("keygen", "--out", "ops", "--no-password", umask=0)
        self.assertEqual(os.stat(self.path("ops.key")).st_mode & 0o777, 0o600)

    def test_an_empty_password_is_refused(self):
        self.assertIn("--no-password", self.sealift("keygen", "--out", "ops", stdin=b"\n", status=2).err)
        self.assertFalse(os.path.exists(self.path("ops.key")))

    def test_a_public_key_where_a_secret_one_belongs_is_said(self):
        self.repository()
        self.key()
        result = self.pack(key="ops.pub", status=2)
        self.assertIn("public key", result.err)

    def test_a_public_key_file_that_is_none_is_no_verdict_on_the_bundle(self):
        self.repository()
        self.key()
        bundle = self.pack()
        for wrong in ("ops.key", "/dev/null", bundle):
            self.sealift("verify", bundle, "--pubkey", wrong, status=2)

    def test_an_existing_bundle_is_noticed_before_a_password_is_wanted(self):
        self.repository()
        self.key()
        self.pack()
        self.sealift("keygen", "--out", "locked", stdin=b"secret\n")
        self.assertIn("exists already", self.pack(key="locked.key", status=3).err)

    def test_a_report_that_cannot_be_printed_says_that_the_work_is_done(self):
        self.repository()
        self.key()
        with open("/dev/full", "wb") as full:
            process = subprocess.run(
                [SEALIFT, "-C", "repo", "pack", "--release", "v1.0", "--customer", "customer-a", "--key", "ops.key", "--out", "out"],
                cwd=self.dir, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
        self.assertEqual(process.returncode, 3)
        self.assertIn(b"the work itself is done", process.stderr)
        self.assertEqual(len(os.listdir(self.path("out"))), 1)

    def test_where_the_output_is_the_work_nothing_is_done(self):
        self.repository()
        for command in ("render", "values"):
            with open("/dev/full", "wb") as full:
                process = subprocess.run(
                    [SEALIFT, "-C", "repo", command, "--release", "v1.0", "--customer", "customer-a"],
                    cwd=self.dir, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
            self.assertEqual(process.returncode, 3)
            self.assertNotIn(b"the work itself is done", process.stderr)

    def test_a_key_is_not_named_after_a_directory(self):
        os.mkdir(self.path("keys"))
        for base in ("keys/", "keys/.", "..", "/"):
            for more in (["--no-password"], ["--age"]):
                self.assertIn("names a directory", self.sealift("keygen", "--out", base, *more, status=2).err)
        self.assertEqual(os.listdir(self.path("keys")), [])

    def test_the_shells_complete_every_format(self):
        with open(os.path.join(os.environ["SEALIFT_MANUAL"], "sealift.bash"), encoding="utf-8") as f:
            script = f.read()
        ask = "\nCOMP_WORDS=(sealift {} --format ''); COMP_CWORD=3; _sealift; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        for command, formats in (("validate", ["text", "json", "sarif", "junit"]), ("verify", ["text", "json"]), ("keygen", [])):
            process = subprocess.run(["bash", "-c", script + ask.format(command)], capture_output=True, check=True, text=True)
            self.assertEqual(process.stdout.split(), formats, command)
        with open(os.path.join(os.environ["SEALIFT_MANUAL"], "_sealift"), encoding="utf-8") as f:
            self.assertIn("(text json sarif junit)", f.read())

    def test_build_takes_its_directory_from_the_repository(self):
        self.repository()
        there = self.sealift("build", "repo/overlays/customer-a").out
        self.assertEqual(self.sealift("-C", "repo", "build", "overlays/customer-a").out, there)

    def test_a_missing_key_file_is_status_3(self):
        self.repository()
        self.assertIn("missing.key", self.pack(key="missing.key", status=3).err)


if __name__ == "__main__":
    main()
