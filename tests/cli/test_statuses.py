#!/usr/bin/env python3
"""The exit statuses of docs/troubleshooting.md where they are easily mixed up: what is a mistake in the command line (2), what
cannot be read or written (3), and what is a verdict (1)."""
import ctypes
import json
import os
import platform
import re
import resource
import shutil
import signal
import struct
import subprocess
import time
import unittest

from harness import SEALIFT, Case, main

RELEASE = ("--release", "v1.0", "--customer", "customer-a")
NOBODY = 65534

# prlimit64(2), by machine.
CORE_LIMIT_CALLS = {"x86_64": 302, "aarch64": 261}


class Statuses(Case):
    def setUp(self):
        super().setUp()
        self.repository()
        self.key()

    @unittest.skipUnless(platform.machine() in CORE_LIMIT_CALLS, "the numbers of the calls are not known")
    def test_what_the_machine_does_not_permit_at_the_start_is_said(self):
        def limited():
            """A filter of seccomp(2) under which setrlimit(2) is not permitted, as a container's may be."""
            call = CORE_LIMIT_CALLS[platform.machine()]
            code = ((0x20, 0, 0, 0),           # load the number of the call
                    (0x15, 0, 3, call),        # prlimit64?
                    (0x20, 0, 0, 32),          # load its third argument, the new limit
                    (0x15, 1, 0, 0),           # none: it is only asked
                    (0x06, 0, 0, 0x00050001),  # EPERM
                    (0x06, 0, 0, 0x7fff0000))  # allowed
            code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *row) for row in code))
            program = ctypes.create_string_buffer(struct.pack("@HP", len(code) // 8, ctypes.addressof(code)))
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, program):
                os._exit(77)
        # A sanitizer would end for the same reason.
        env = dict(os.environ, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":disable_coredump=0")
        for words in (["status", "--root", "none"], ["status", "--root", "none", "--format", "json"]):
            process = subprocess.run([SEALIFT, *words], cwd=self.dir, capture_output=True, preexec_fn=limited, env=env, check=False)
            if process.returncode == 77:
                self.skipTest("this kernel has no seccomp")
            self.assertEqual(process.returncode, 3, process.stderr)
            self.assertIn(b"sealift: forbid a core file, which would have keys in it: ", process.stderr)
            if "json" in words:
                self.assertEqual(json.loads(process.stdout)["error"]["status"], 3)

    def test_a_revision_that_leads_to_no_commit_is_status_2(self):
        for revision in ("nope", "HEAD~99", "HEAD:releases", "HEAD:README.md", "HEAD..HEAD", "a b"):
            with self.subTest(revision=revision):
                for command in ("pack", "render", "validate"):
                    self.sealift("-C", "repo", command, *RELEASE, "--rev", revision, status=2)
        os.mkdir(self.path("plain"))
        self.sealift("-C", "plain", "pack", *RELEASE, "--rev", "HEAD", status=2)
        self.sealift("-C", "missing", "pack", *RELEASE, "--rev", "HEAD", status=3)

    def test_a_sequence_that_cannot_be_is_status_2(self):
        for number in ("9007199254740992", "18446744073709551616", "99999999999999999999999"):
            result = self.sealift("-C", "repo", "pack", *RELEASE, "--sequence", number, status=2)
            self.assertIn("--sequence is at most 9007199254740991", result.err)
        self.pack("--sequence", "9007199254740991")

    def test_a_sequence_that_nothing_states_is_status_2(self):
        self.git("rm", "-q", "releases/v1.0/release.yaml")
        self.git("mv", "overlays/customer-a/custom-values/monitoring-custom.yaml",
                 "overlays/customer-a/custom-values/prometheus-custom.yaml")
        os.rename(self.path("repo/.git"), self.path("git"))
        result = self.sealift("-C", "repo", "pack", *RELEASE, status=2)
        self.assertIn("nothing says the sequence", result.err)
        self.assertIn("--sequence N", result.err)

    def test_what_is_no_release_repository_is_status_2_for_every_command(self):
        os.mkdir(self.path("plain"))
        for command in (("pack", *RELEASE), ("render", *RELEASE), ("values", *RELEASE), ("validate", *RELEASE),
                        ("validate", "--release", "v1.0", "--all"), ("explain", "Deployment/a", "spec", *RELEASE)):
            with self.subTest(command=command):
                self.assertIn("plain is no release repository: it has no directory releases", self.sealift("-C", "plain", *command, status=2).err)

    def test_a_generation_that_no_name_or_two_names_fit_is_status_2(self):
        for sequence in ("17", "170"):
            self.sealift("install", self.pack("--sequence", sequence), "--pubkey", "ops.pub", "--root", "site")
        self.sealift("rollback", "--root", "site", "--to", "99", status=2)
        self.sealift("rollback", "--root", "site", "--to", "1", status=2)

    def test_limits_of_this_machine_are_no_verdict(self):
        bundle = self.pack()
        statuses = set()
        for count in range(3, 24):
            limited = lambda count=count: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))
            process = subprocess.run([SEALIFT, "verify", bundle, "--pubkey", "ops.pub"], cwd=self.dir, capture_output=True,
                                     preexec_fn=limited, check=False)
            statuses.add(process.returncode)
            if b"start the process that unpacks" in process.stderr:
                self.assertIn(b"says nothing about the bundle", process.stderr)
            self.assertIn(process.returncode, (0, 3, 127), process.stderr)  # 127: not even its libraries could be opened
        self.assertLessEqual({0, 3}, statuses)

    def test_a_limit_on_cpu_time_is_told_as_that(self):
        """`ulimit -t` sets both limits to the same, at which the kernel would kill without a word. A password costs seconds."""
        self.write("password", "correct horse\n")
        infinite = resource.RLIM_INFINITY
        for soft, hard in ((1, infinite), (2, 2), (infinite, infinite)):
            with self.subTest(soft=soft, hard=hard):
                limited = lambda soft=soft, hard=hard: resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
                process = subprocess.run([SEALIFT, "keygen", "--out", f"new-{soft}", "--password-file", "password"],
                                         cwd=self.dir, capture_output=True, preexec_fn=limited, check=False)
                self.assertEqual(process.returncode, 0 if soft == infinite else 3, process.stderr)
                self.assertEqual(b"the CPU time that this process may have is used up" in process.stderr, soft != infinite)
                self.assertEqual(os.path.exists(self.path(f"new-{soft}.key")), soft == infinite)

    def test_a_reader_at_its_limit_on_cpu_time_is_no_refusal(self):
        limited = lambda: resource.setrlimit(resource.RLIMIT_CPU, (100, 200))
        reading, writing = os.pipe()
        with subprocess.Popen([SEALIFT, "verify", "/dev/stdin", "--pubkey", "ops.pub"], stdin=reading, cwd=self.dir,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=limited) as process:
            children = ""
            while not children and process.poll() is None:
                with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as f:
                    children = f.read()
            time.sleep(0.2)
            os.kill(int(children), signal.SIGXCPU)
            said = process.communicate()[1].decode()
        os.close(reading)
        os.close(writing)
        self.assertEqual(process.returncode, 3, said)
        self.assertIn("used up the CPU time that it may have", said)
        self.assertIn("says nothing about the bundle: raise the limit (ulimit -t", said)

    def test_what_others_have_in_the_place_of_a_site_is_status_3(self):
        bundle = self.pack()
        for name in ("current", "generations", "staging", "state"):
            for kind in ("directory", "link"):
                if (name, kind) in (("current", "link"), ("generations", "directory"), ("staging", "directory"),
                                    ("state", "directory")):
                    continue
                with self.subTest(name=name, kind=kind):
                    root = self.path(f"{name}-{kind}")
                    os.makedirs(root)
                    if kind == "link":
                        os.symlink("elsewhere", os.path.join(root, name))
                    else:
                        os.mkdir(os.path.join(root, name))
                    result = self.sealift("install", bundle, "--pubkey", "ops.pub", "--root", root, status=3)
                    self.assertIn(f"{name} is in the way", result.err)
                    self.assertIn("move it away", result.err)

    def test_a_site_that_lost_its_state_is_told_the_way_out_and_it_works(self):
        bundle = self.pack()
        install = ("install", bundle, "--pubkey", "ops.pub", "--root", "site")
        for lose in ("state", "state/history.jsonl"):
            with self.subTest(lose=lose):
                self.sealift(*install)
                os.rename(self.path("site", lose), self.path("lost"))
                for command in (("status", "--root", "site"), ("history", "--root", "site"), ("rollback", "--root", "site"), install):
                    result = self.sealift(*command, status=1)
                    self.assertIn("current", result.err)
                    self.assertIn("mv current current.old", result.err)
                os.rename(self.path("site/current"), self.path("site/current.old"))
                self.sealift(*install)
                self.sealift("status", "--root", "site")
                shutil.rmtree(self.path("site"))
                (shutil.rmtree if lose == "state" else os.remove)(self.path("lost"))

    def test_an_enrolled_site_that_lost_its_state_is_enrolled_again(self):
        self.key("root")
        self.sealift("trust", "init", "trust.json", "--customer", "customer-a", "--root-key", "root.pub", "--release-key", "ops.pub")
        self.sealift("trust", "sign", "trust.json", "--key", "root.key")
        fingerprint = re.search("fingerprint +([0-9a-f]{64})", self.sealift("trust", "show", "trust.json").out).group(1)
        enrol = ("enrol", "--root", "site", "--trust", "trust.json", "--fingerprint", fingerprint)
        install = ("install", self.pack("--trust", "trust.json"), "--root", "site")
        self.sealift(*enrol)
        self.sealift(*install)
        shutil.rmtree(self.path("site/state"))
        self.assertIn("has to be enrolled again", self.sealift("status", "--root", "site", status=1).err)
        os.rename(self.path("site/current"), self.path("site/current.old"))
        self.sealift(*enrol)
        self.sealift(*install)
        self.sealift("status", "--root", "site")

    def test_of_a_mistyped_path_nothing_is_made_and_what_is_made_is_told(self):
        bundle = self.pack(out="out")
        for args in (("install", bundle, "--pubkey", "ops.pub", "--root"), ("-C", "repo", "pack", *RELEASE, "--out")):
            with self.subTest(args=args):
                result = self.sealift(*args, "otp/product", status=3)
                self.assertIn("open otp: No such file or directory", result.err)
                self.assertIn("only the last directory of a path is made", result.err)
                self.assertFalse(os.path.exists(self.path("otp")))
                self.assertIn("sealift: made the directory new\n", self.sealift(*args, "new").err)
                shutil.rmtree(self.path("new"))
                os.mkdir(self.path("new"))
                self.assertNotIn("made", self.sealift(*args, "new").err)
                shutil.rmtree(self.path("new"))

    def test_settings_of_git_that_cannot_be_read_are_status_3(self):
        self.let_others_in()
        os.mkdir(self.path("home"), 0o700)
        self.write("home/.gitconfig", "")
        subprocess.run(["chown", "-R", str(NOBODY), self.path("repo")], check=True)
        process = subprocess.run([SEALIFT, "-C", "repo", "render", *RELEASE], cwd=self.dir, user=NOBODY, capture_output=True,
                                 env={**os.environ, "HOME": self.path("home")}, check=False)
        self.assertEqual(process.returncode, 3, process.stderr)
        self.assertIn(b"set HOME to the home of the user who runs this", process.stderr)

    def test_a_repository_of_another_user_is_status_3(self):
        if os.geteuid() != 0:
            self.skipTest("only root can make a repository of another user")
        subprocess.run(["chown", "-R", str(NOBODY), self.path("repo")], check=True)
        for command in ("pack", "render", "validate"):
            result = self.sealift("-C", "repo", command, *RELEASE, status=3)
            self.assertIn("belongs to another user", result.err)

    def test_broken_settings_of_git_are_status_3(self):
        self.write("repo/.git/config", "[core\n")
        self.assertIn("git's settings lie in", self.sealift("-C", "repo", "render", *RELEASE, status=3).err)

    def as_nobody(self, *args):
        return subprocess.run([SEALIFT, *args], cwd=self.dir, user=NOBODY, capture_output=True, text=True,
                              env={**os.environ, "HOME": self.dir}, check=False)

    def test_what_must_not_be_read_of_one_customer_stops_no_other(self):
        self.let_others_in()
        subprocess.run(["chown", "-R", str(NOBODY), self.path("repo")], check=True)
        os.chmod(self.path("ops.key"), 0o644)
        for hidden in ("overlays/customer-b", "overlays/customer-b/kustomization.yaml"):
            with self.subTest(hidden=hidden):
                mode = os.stat(self.path("repo", hidden)).st_mode
                os.chmod(self.path("repo", hidden), 0)
                packed = self.as_nobody("-C", "repo", "pack", *RELEASE, "--key", "ops.key", "--replace")
                self.assertEqual(packed.returncode, 0, packed.stderr)
                other = self.as_nobody("-C", "repo", "pack", "--release", "v1.0", "--customer", "customer-b")
                self.assertEqual(other.returncode, 3, other.stderr)
                self.assertIn("Permission denied", other.stderr)
                self.assertNotIn("the work tree is not what", other.stderr)
                everybody = self.as_nobody("-C", "repo", "validate", "--release", "v1.0", "--all")
                self.assertEqual(everybody.returncode, 1, everybody.stderr)
                self.assertIn("Permission denied", everybody.stdout)
                self.assertIn("validated v1.0 for 2 customers", everybody.stdout)
                os.chmod(self.path("repo", hidden), mode)

    def test_what_changed_beside_the_release_repository_is_no_change_of_it(self):
        os.makedirs(self.path("mono/other"))
        os.rename(self.path("repo"), self.path("mono/repo"))
        shutil.rmtree(self.path("mono/repo/.git"))
        self.write("mono/other/file", "1\n")
        self.git("init", "-q", cwd="mono")
        self.git("add", "--all", cwd="mono")
        self.git("commit", "-q", "-m", "x", cwd="mono")
        self.write("mono/other/file", "2\n")
        self.write("mono/untracked", "")
        self.sealift("-C", "mono/repo", "pack", *RELEASE)
        self.write("mono/repo/untracked", "")
        result = self.sealift("-C", "mono/repo", "pack", *RELEASE, "--replace", status=1)
        self.assertIn("the work tree is not what commit", result.err)
        self.assertIn("repo/untracked", result.err)

    def test_what_is_installed_already_needs_no_right_to_write(self):
        self.let_others_in()
        self.sealift("install", self.pack(), "--pubkey", "ops.pub", "--root", "site")
        before = self.listing("site")

        def install(bundle):
            return subprocess.run([SEALIFT, "install", bundle, "--pubkey", "ops.pub", "--root", "site"], cwd=self.dir,
                                  user=NOBODY, capture_output=True, env={**os.environ, "HOME": self.dir}, check=False)
        again = install("out/customer-a-v1.0-17.tar.gz")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn(b"already installed", again.stdout)
        another = install(self.pack("--sequence", "18"))
        self.assertEqual(another.returncode, 3, another.stderr)
        self.assertIn(b"run it as the user that owns it", another.stderr)
        self.assertEqual(self.listing("site"), before)
        self.write("site/current/manifests/added", "x")
        self.assertEqual(install("out/customer-a-v1.0-17.tar.gz").returncode, 3, "a repair has to be written")


if __name__ == "__main__":
    main()
