"""What the tests of the command share: running it as a user does, and a release repository to run it on.

Each test is a unittest.TestCase based on Case. SEALIFT names the binary, SEALIFT_SOURCE the checkout. A sanitizer's
report or a raw control character in what the command prints fails the test whatever else it checks.
"""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

SEALIFT = os.environ["SEALIFT"]
SOURCE = os.environ["SEALIFT_SOURCE"]
FIXTURE = os.path.join(SOURCE, "tests/fixtures/release-repo")

SANITIZER = re.compile(r"ERROR: (Leak|Address)Sanitizer|runtime error:")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def have(tool):
    return shutil.which(tool) is not None


# What findings have always, and what is quoted from files as it stands (docs/formats/json.md).
QUOTED = {"findings", "values", "value", "text", "pointer"}


def empty_texts(document, path=""):
    """The pointers of texts that are empty."""
    if document == "":
        yield path
    members = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    for key, value in members:
        if key not in QUOTED:
            yield from empty_texts(value, f"{path}/{key}")


class Result:
    def __init__(self, process):
        self.status = process.returncode
        self.out = process.stdout.decode("utf-8", "surrogateescape")
        self.err = process.stderr.decode("utf-8", "surrogateescape")

    def json(self):
        return json.loads(self.out)


class Case(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="sealift-cli-")
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def write(self, name, content):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(content.encode() if isinstance(content, str) else content)
        return path

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def sealift(self, *args, status=0, stdin=b"", env=None, cwd=None, umask=None):
        """Runs the command in the test's directory and checks its exit status (None: any but a crash)."""
        environment = {"PATH": os.environ["PATH"], "HOME": self.dir, "LC_ALL": "C.UTF-8"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TMPDIR"):
            if name in os.environ:
                environment[name] = os.environ[name]
        environment.update(env or {})
        process = subprocess.run(
            [SEALIFT, *args], input=stdin, capture_output=True, cwd=cwd or self.dir, env=environment, timeout=120,
            umask=-1 if umask is None else umask, check=False)
        result = Result(process)
        shown = f"\n$ sealift {' '.join(args)}\n{result.out}{result.err}-> {result.status}"
        self.assertIsNone(SANITIZER.search(result.out + result.err), shown)
        self.assertIsNone(CONTROL.search(result.out + result.err), "raw control characters:" + shown)
        if status is None:
            self.assertIn(result.status, (0, 1, 2, 3), shown)
        else:
            self.assertEqual(result.status, status, shown)
        if result.status:
            self.assertIn("sealift: ", result.err, "a failure says why:" + shown)
        if "--format=json" in args[-1:] or ("--format", "json") in zip(args, args[1:]):
            self.check_document(result, shown)
        return result

    def check_document(self, result, shown):
        """docs/formats/json.md: one map, with an error exactly where the exit status is not 0."""
        try:
            error = result.json().get("error")
        except ValueError:
            self.fail("not one JSON document:" + shown)
        self.assertEqual(error["status"] if error else 0, result.status, shown)
        self.assertEqual(list(empty_texts(result.json())), [], "docs/formats/json.md: there are no empty texts:" + shown)
        if error:
            self.assertLessEqual({"code", "message"}, set(error), shown)
            self.assertLessEqual(set(error), {"code", "status", "message", "hint", "file"}, shown)
            self.assertTrue(all(error.values()), "an empty member:" + shown)
            self.assertIn("sealift: " + error["message"], result.err, shown)

    def let_others_in(self):
        """For what runs as another user in the test's directory; skips where a directory above is closed to others."""
        if os.geteuid() != 0:
            self.skipTest("only root can become somebody else")
        os.chmod(self.dir, 0o777)
        for path in (self.dir, SEALIFT):
            above = os.path.realpath(path)
            while above != "/":
                if not os.stat(above).st_mode & 0o001:
                    self.skipTest(f"another user cannot reach {above}")
                above = os.path.dirname(above)

    def git(self, *args, cwd="repo"):
        subprocess.run(
            ["git", "-c", "user.name=ops", "-c", "user.email=ops@example.com", "-c", "commit.gpgsign=false",
             "-c", "init.defaultBranch=main", *args],
            cwd=self.path(cwd), check=True, capture_output=True,
            env={"PATH": os.environ["PATH"], "HOME": self.dir, "GIT_CONFIG_NOSYSTEM": "1",
                 "GIT_AUTHOR_DATE": "2026-03-01T12:00:00Z", "GIT_COMMITTER_DATE": "2026-03-01T12:00:00Z"})

    def repository(self, commit=True):
        """The example repository as ./repo, committed."""
        shutil.copytree(FIXTURE, self.path("repo"))
        if commit:
            self.git("init", "-q")
            self.git("add", "--all")
            self.git("commit", "-q", "-m", "releases v1.0 and v1.1")

    def key(self, name="ops"):
        self.sealift("keygen", "--out", name, "--no-password")

    def pack(self, *args, release="v1.0", customer="customer-a", status=0, key="ops.key", out="out", thief=None):
        """Packs ./repo; the path of the bundle, or the result where it has to fail. A thief signs in the place of `key`, and asks
        nobody whether that counts: pack refuses keys that its trust.json revokes, or does not list."""
        signed = ["--key", key] if key and not thief else []
        result = self.sealift("-C", "repo", "pack", "--release", release, "--customer", customer, *signed, "--out", out,
                              "--format", "json", *args, status=status)
        if status:
            return result
        path = result.json()["path"]
        if thief:
            self.sealift("sign", path, "--key", thief, "--replace")
        return path

    def listing(self, name):
        """Every path below a directory with what it is: for comparing states."""
        found = {}
        for folder, folders, files in os.walk(self.path(name)):
            for entry in folders + files:
                full = os.path.join(folder, entry)
                relative = os.path.relpath(full, self.path(name))
                if os.path.islink(full):
                    found[relative] = "-> " + os.readlink(full)
                elif os.path.isdir(full):
                    found[relative] = "directory"
                else:
                    with open(full, "rb") as f:
                        found[relative] = f.read()
        return found


def main():
    unittest.main(verbosity=1)
