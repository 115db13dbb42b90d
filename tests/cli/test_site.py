#!/usr/bin/env python3
"""The site's binary: static, small, without the ops side, without network, and it does the whole evening. Also what
`cmake --install` puts in place. scripts/test builds both as released; by hand: SEALIFT_RELEASE names that build."""
import json
import os
import re
import shutil
import subprocess
import unittest

from harness import Case, have, main

RELEASE = os.environ.get("SEALIFT_RELEASE", "")
SITE = os.path.join(RELEASE, "sealift-site")
MIB = 1 << 20

# By their names in strace; connect and the like would show an attempt to reach something.
NETWORK = re.compile(r"^(?:\d+ +)?(socket|connect|bind|listen|accept4?|sendto|recvfrom|sendmsg|recvmsg)\(", re.M)


@unittest.skipUnless(os.path.exists(SITE), "no release build with -DSEALIFT_SITE=ON")
class SiteBinary(Case):
    def setUp(self):
        super().setUp()
        self.repository()
        self.key()
        self.bundle = self.pack()

    def site(self, *args, status=0):
        """An empty environment, and the binary from a read-only place beside the bundle."""
        process = subprocess.run([SITE, *args], cwd=self.dir, env={}, capture_output=True, check=False)
        self.assertEqual(process.returncode, status, process.stderr)
        return process.stdout.decode()

    def test_it_is_one_static_file_of_the_size_promised(self):
        with open(SITE, "rb") as f:
            content = f.read()
        self.assertLess(len(content), 3 * MIB)
        self.assertNotIn(b"/lib64/ld-linux", content)
        self.assertNotIn(b"/lib/ld-", content)

    def test_it_does_the_whole_evening(self):
        self.assertIn("not verified", self.site("inspect", self.bundle))
        self.assertIn("verified", self.site("verify", self.bundle, "--pubkey", "ops.pub"))
        self.assertIn("installed", self.site("install", self.bundle, "--pubkey", "ops.pub", "--root", "site"))
        self.assertIn("intact", self.site("status", "--root", "site"))
        self.assertIn("install", self.site("history", "--root", "site"))
        newer = self.pack("--sequence", "18", release="v1.1")
        self.site("install", newer, "--pubkey", "ops.pub", "--root", "site")
        self.assertIn("rolled back", self.site("rollback", "--root", "site"))

    def test_it_has_nothing_of_the_ops_side(self):
        for command in ("pack", "render", "init", "keygen"):
            self.site(command, status=2)
        text = self.site("--help")
        self.assertNotIn("pack ", text)

    @unittest.skipUnless(have("strace"), "strace is not installed")
    def test_verify_and_install_make_no_network_system_call(self):
        for command in (["verify", self.bundle, "--pubkey", "ops.pub"],
                        ["install", self.bundle, "--pubkey", "ops.pub", "--root", "site"]):
            trace = self.path("trace")
            subprocess.run(["strace", "-f", "-o", trace, SITE, *command], cwd=self.dir, check=True, capture_output=True)
            calls = self.read("trace").decode()
            self.assertIn("openat", calls)
            self.assertIsNone(NETWORK.search(calls))

    def test_with_verifier_puts_it_beside_the_bundle(self):
        os.makedirs(self.path("prefix/bin"))
        os.makedirs(self.path("prefix/libexec/sealift"))
        shutil.copy2(os.path.join(RELEASE, "sealift"), self.path("prefix/bin/sealift"))
        shutil.copy2(SITE, self.path("prefix/libexec/sealift/sealift-site"))
        subprocess.run([self.path("prefix/bin/sealift"), "-C", "repo", "pack", "--release", "v1.0", "--customer",
                        "customer-a", "--key", "ops.key", "--out", "medium", "--with-verifier"],
                       cwd=self.dir, check=True, capture_output=True)
        again = subprocess.run([self.path("prefix/bin/sealift"), "-C", "repo", "pack", "--release", "v1.0", "--customer",
                                "customer-a", "--key", "ops.key", "--out", "medium", "--with-verifier", "--replace"],
                               cwd=self.dir, check=True, capture_output=True, text=True)
        self.assertIn("beside it    medium/sealift-site", again.stdout)
        report = subprocess.run([self.path("prefix/bin/sealift"), "-C", "repo", "pack", "--release", "v1.0", "--customer",
                                 "customer-a", "--out", ".", "--with-verifier", "--format", "json"],
                                cwd=self.dir, check=True, capture_output=True, text=True)
        self.assertEqual(json.loads(report.stdout)["verifier"], "sealift-site")
        with open(SITE, "rb") as f:
            self.assertEqual(self.read("medium/sealift-site"), f.read())
        self.assertEqual(os.stat(self.path("medium/sealift-site")).st_mode & 0o777, 0o755)

    def test_where_there_is_no_verifier_nothing_is_packed(self):
        os.mkdir(self.path("bin"))
        shutil.copy2(os.path.join(RELEASE, "sealift"), self.path("bin/sealift"))
        process = subprocess.run([self.path("bin/sealift"), "-C", "repo", "pack", "--release", "v1.0", "--customer",
                                  "customer-a", "--out", "medium", "--with-verifier"],
                                 cwd=self.dir, capture_output=True, check=False)
        self.assertEqual(process.returncode, 3)
        self.assertIn(b"SEALIFT_SITE", process.stderr)
        self.assertFalse(os.path.exists(self.path("medium")))

    def test_install_puts_manual_completion_library_and_schemas_in_place(self):
        prefix = self.path("prefix")
        subprocess.run(["cmake", "--install", RELEASE, "--prefix", prefix], check=True, capture_output=True)
        found = self.listing("prefix")
        for name in ("bin/sealift", "libexec/sealift/sealift-site", "share/man/man1/sealift.1",
                     "share/man/man1/sealift-install.1", "share/bash-completion/completions/sealift",
                     "share/zsh/site-functions/_sealift", "share/fish/vendor_completions.d/sealift.fish",
                     "include/sealift/verify.h", "share/sealift/releases-schema/release.schema.json"):
            self.assertIn(name, found)
        process = subprocess.run(["bash", "-n", os.path.join(prefix, "share/bash-completion/completions/sealift")],
                                 check=False)
        self.assertEqual(process.returncode, 0)


if __name__ == "__main__":
    main()
