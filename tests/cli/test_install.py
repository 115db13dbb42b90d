#!/usr/bin/env python3
"""A site's evening: install, install again, upgrade, go back, look, repair."""
import fcntl
import os
import subprocess

from harness import SEALIFT, Case, main


class Site(Case):
    def setUp(self):
        super().setUp()
        self.repository()
        self.key()
        self.old = self.pack("--sequence", "17")
        self.new = self.pack("--sequence", "18", release="v1.1")

    def install(self, bundle, *args, **kwargs):
        return self.sealift("install", bundle, "--pubkey", "ops.pub", "--root", "site", *args, **kwargs)

    def test_who_is_waited_for_is_told(self):
        self.install(self.old)
        with open(self.path("site/state/lock"), "r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            lock.write(b"install, process 4711\n")
            lock.flush()
            waiting = subprocess.Popen(
                [SEALIFT, "install", self.new, "--pubkey", "ops.pub", "--root", "site", "--wait"], cwd=self.dir,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            self.assertIn(b"waiting: site: another sealift is at work: install, process 4711", waiting.stderr.readline())
        self.assertEqual(waiting.communicate(timeout=60)[1], b"")
        self.assertEqual(waiting.returncode, 0)

    def current(self):
        return os.path.basename(os.readlink(self.path("site/current")))

    def test_an_install_puts_every_file_in_its_place(self):
        self.install(self.old)
        files = {file["path"] for file in self.sealift("inspect", self.old, "--files", "--format", "json").json()["files"]}
        installed = {name for name, what in self.listing("site/current/.").items() if what != "directory"}
        self.assertEqual({name for name in installed if not name.startswith("manifest.json")}, files)
        self.assertIn("manifest.json", installed)
        self.assertTrue(self.current().startswith("17-v1.0-"))
        self.assertEqual(os.listdir(self.path("site/staging")) if os.path.exists(self.path("site/staging")) else [], [])

    def test_the_same_bundle_again_changes_nothing(self):
        self.install(self.old)
        before = self.listing("site")
        self.assertIn("already installed", self.install(self.old).out)
        self.assertEqual(self.install(self.old, "--format", "json").json()["outcome"], "already-current")
        self.assertEqual(self.listing("site"), before)

    def test_an_upgrade_keeps_the_old_generation_and_rollback_goes_there(self):
        self.install(self.old)
        first = self.current()
        upgrade = self.install(self.new, "--format", "json").json()
        self.assertEqual((upgrade["outcome"], upgrade["previous"]), ("installed", first))
        back = self.sealift("rollback", "--root", "site", "--format", "json").json()
        self.assertEqual((back["from"], back["to"]), (upgrade["generation"], first))
        self.assertEqual(self.current(), first)
        self.sealift("rollback", "--root", "site", "--to", "18")
        self.assertEqual(self.current(), upgrade["generation"])
        events = self.sealift("history", "--root", "site", "--format", "json").json()["events"]
        self.assertEqual([event["action"] for event in events], ["install", "install", "rollback", "rollback"])
        self.assertEqual([event["number"] for event in events], [1, 2, 3, 4])

    def test_rollback_says_what_there_is_when_asked_for_what_is_not(self):
        self.install(self.old)
        self.sealift("rollback", "--root", "site", status=None)
        result = self.sealift("rollback", "--root", "site", "--to", "99", status=None)
        self.assertIn(result.status, (1, 2, 3))

    def test_status_finds_each_kind_of_change(self):
        self.install(self.old)
        self.assertIn("intact", self.sealift("status", "--root", "site").out)
        target = self.path("site/current/values/harbor.yaml")
        changes = {
            "changed": lambda: self.append(target, b"x"),
            "missing": lambda: os.unlink(target),
            "extra": lambda: self.write("site/current/values/new.yaml", "a: 1\n"),
            "mode": lambda: os.chmod(self.path("site/current/values/portal.yaml"), 0o777),
        }
        for kind, change in changes.items():
            with self.subTest(kind=kind):
                change()
                report = self.sealift("status", "--root", "site", "--format", "json", status=1).json()
                self.assertIn(kind, [drift["drift"] for drift in report["drift"]])
                self.assertFalse(report["intact"])

    def append(self, path, content):
        with open(path, "ab") as f:
            f.write(content)

    def test_installing_the_altered_bundle_again_repairs(self):
        self.install(self.old)
        self.append(self.path("site/current/values/harbor.yaml"), b"x")
        self.assertEqual(self.install(self.old, "--format", "json").json()["outcome"], "repaired")
        self.assertIn("intact", self.sealift("status", "--root", "site").out)

    def test_an_altered_generation_is_not_gone_back_to(self):
        self.install(self.old)
        self.install(self.new)
        generation = next(name for name in os.listdir(self.path("site/generations")) if name.startswith("17-"))
        self.append(self.path("site/generations", generation, "values/harbor.yaml"), b"x")
        self.sealift("rollback", "--root", "site", status=1)
        self.assertTrue(self.current().startswith("18-"))

    def test_another_customers_bundle_is_refused_without_naming_that_customer(self):
        self.install(self.old)
        other = self.pack("--sequence", "19", customer="customer-b", release="v1.0")
        before = self.listing("site")
        result = self.sealift("install", other, "--pubkey", "ops.pub", "--root", "site", status=1)
        self.assertNotIn("customer-b", result.err.replace(other, ""))
        self.assertEqual(self.listing("site"), before)

    def test_a_wrong_key_leaves_no_site_behind(self):
        self.key("other")
        self.sealift("install", self.old, "--pubkey", "other.pub", "--root", "site", status=1)
        self.assertFalse(os.path.lexists(self.path("site/current")))
        self.assertFalse(os.path.isdir(self.path("site/generations")) and os.listdir(self.path("site/generations")))

    def test_a_second_install_says_who_holds_the_lock(self):
        self.install(self.old)
        lock = self.path("site/state/lock")
        with open(lock, "r+") as held:
            held.seek(0)
            held.truncate()
            held.write("install, process 4711 on \x1b[31mhost\n")
            held.flush()
            fcntl.flock(held, fcntl.LOCK_EX)
            result = self.install(self.new, status=3)
        self.assertIn("process 4711", result.err)

    def test_a_history_that_is_none_is_told(self):
        self.sealift("install", self.pack("--replace"), "--pubkey", "ops.pub", "--root", "site")
        good = self.read("site/state/history.jsonl")
        for content in (b"rubbish\n", b"\x00\xff\n", good + b"x\n"):
            self.write("site/state/history.jsonl", content)
            for command in ("status", "history", "rollback"):
                result = self.sealift(command, "--root", "site", status=1)
                self.assertIn("this is no line that sealift writes", result.err)
                self.assertIn("put it back from a backup", result.err)

    def test_history_and_status_of_nothing_are_told(self):
        os.mkdir(self.path("empty"))
        for command in ("status", "history", "rollback"):
            with self.subTest(command=command):
                result = self.sealift(command, "--root", "empty", status=None)
                self.assertNotEqual((result.out + result.err).strip(), "")
        self.assertEqual(os.listdir(self.path("empty")), [])

    def test_stock_tools_agree_with_what_is_installed(self):
        self.install(self.old)
        process = os.system(f"cd {self.path('site/current')} && sha256sum --quiet -c SHA256SUMS")
        self.assertEqual(process, 0)


if __name__ == "__main__":
    main()
