"""Every rule id that the source uses is in the registry and in docs/validation.md, and the other way round."""

import re
import unittest
from pathlib import Path

from harness import SOURCE

ROOT = Path(SOURCE)

ID = re.compile(r'"([a-z][a-z0-9-]*/[a-z0-9]+(?:-[a-z0-9]+)*)"')
# Texts of the same shape that are no rules: files and field paths.
AREAS = ("artifacts", "config", "customer", "kube", "kustomization", "leak", "manifests", "overlay", "release", "repo",
         "schema", "secrets", "substitute", "support", "values")


def used():
    found = set()
    for path in sorted((ROOT / "src").rglob("*.c")):
        if path.name == "registry.c" or "metaschemas" in path.parts or "template" in path.parts:
            continue
        for name in ID.findall(path.read_text()):
            if name.split("/")[0] in AREAS:
                found.add(name)
    return found


def registered():
    return re.findall(r'^    \{"([^"]+)", SL_', (ROOT / "src/validate/registry.c").read_text(), re.M)


def documented():
    return re.findall(r"^### `([^`]+)`", (ROOT / "docs/validation.md").read_text(), re.M)


class Rules(unittest.TestCase):
    def test_what_the_source_uses_is_registered(self):
        self.assertEqual(sorted(used()), registered())

    def test_what_is_registered_is_documented_once(self):
        self.assertEqual(sorted(documented()), registered())

    def test_each_rule_has_an_example_a_why_and_an_except(self):
        text = (ROOT / "docs/validation.md").read_text()
        for section in re.split(r"^(?=###? )", text, flags=re.M):
            name = re.match(r"### `([^`]+)`", section)
            if name:
                with self.subTest(rule=name[1]):
                    self.assertRegex(section, r"(?m)^    \S", "an example")
                    self.assertRegex(section, r"\*Why:\* \w", "why it matters")
                    self.assertRegex(section, r"\*Except:\*\s\w", "how to except it")


if __name__ == "__main__":
    unittest.main()
