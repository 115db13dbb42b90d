"""What is not finished, and what lies where it would be: nothing of a user's is removed, and nothing is left behind."""
import os
import signal
import subprocess
import time
import unittest

from harness import SEALIFT, Case

RELEASE = ["--release", "v1.0", "--customer", "customer-a"]


class Unfinished(Case):
    def things(self, name):
        """A user's things under the names that unfinished ones would like to have."""
        self.write(f"{name}.partial/my/work", "years of it")
        self.write(f"{name}.partial-2", "more of it")

    def expect_things(self, name):
        self.assertEqual(self.read(f"{name}.partial/my/work"), b"years of it")
        self.assertEqual(self.read(f"{name}.partial-2"), b"more of it")
        self.assertFalse(os.path.lexists(self.path(f"{name}.partial-3")))

    def test_what_has_the_name_of_something_unfinished_stays(self):
        self.repository()
        self.key()
        bundle = "customer-a-v1.0-17.tar.gz"
        for name in ("product", "rendered", bundle, "new.key", "new.pub"):
            self.things(name)
        self.sealift("init", "product")
        self.sealift("-C", "repo", "render", *RELEASE, "--out", "rendered")
        self.pack(out=".")
        self.pack("--replace", out=".")
        self.sealift("sign", bundle, "--key", "ops.key", "--replace")
        self.sealift("keygen", "--out", "new", "--no-password")
        for name in ("product", "rendered", bundle, "new.key", "new.pub"):
            self.expect_things(name)
            self.assertTrue(os.path.exists(self.path(name)))
        self.sealift("verify", bundle, "--pubkey", "ops.pub")

    def test_a_failure_leaves_nothing_and_names_the_path(self):
        self.repository()
        for command in (["init", "/proc/new"], ["-C", "repo", "render", *RELEASE, "--out", "/proc/new/"]):
            result = self.sealift(*command, status=3)
            self.assertIn("make the directory /proc/new.partial: No such file or directory", result.err)
        self.write("closed/keep", "x")
        if os.geteuid() == 0:
            self.skipTest("root may write anywhere")
        os.chmod(self.path("closed"), 0o555)
        for command in (["init", "closed/new"], ["-C", "repo", "render", *RELEASE, "--out", "closed/new"]):
            result = self.sealift(*command, status=3)
            self.assertIn("make the directory closed/new.partial: Permission denied", result.err)
        os.chmod(self.path("closed"), 0o755)
        self.assertEqual(os.listdir(self.path("closed")), ["keep"])

    def end(self, arguments, number, after):
        """Starts the command, and sends it a signal after so many seconds; whether that ended it."""
        process = subprocess.Popen([SEALIFT, *arguments], cwd=self.dir, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env={"PATH": os.environ["PATH"], "HOME": self.dir})
        time.sleep(after)
        process.send_signal(number)
        return process.wait(timeout=120) == -number

    def test_a_pack_that_is_killed_leaves_no_file(self):
        """Where the file system has files without a name: the kernel removes them, whatever ended the process."""
        try:
            os.close(os.open(self.dir, os.O_TMPFILE | os.O_WRONLY, 0o600))
        except OSError:
            self.skipTest("no files without a name here")
        self.repository(commit=False)
        with open(self.path("repo/releases/v1.0/artifacts/image.bin"), "wb") as f:
            for _ in range(48):
                f.write(os.urandom(1 << 20))
        os.mkdir(self.path("out"))
        command = ["-C", "repo", "pack", *RELEASE, "--sequence", "1", "--out", "out", "--replace"]
        ended = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
            for after in (0.1, 0.2, 0.4, 0.8):
                ended += self.end(command, number, after)
                self.assertLessEqual(set(os.listdir(self.path("out"))), {"customer-a-v1.0-1.tar.gz"})
        self.assertGreater(ended, 0)

    def test_an_init_that_is_stopped_leaves_all_or_nothing(self):
        for i, number in enumerate((signal.SIGINT, signal.SIGTERM, signal.SIGHUP) * 8):
            self.end(["init", f"new{i}"], number, i * 0.004)
            left = [name for name in os.listdir(self.dir) if ".partial" in name]
            self.assertEqual(left, [])
            if os.path.exists(self.path(f"new{i}")):
                self.assertTrue(os.path.exists(self.path(f"new{i}/scripts/validate-manifests")))


if __name__ == "__main__":
    unittest.main()
