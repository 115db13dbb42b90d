"""The trees that scripts/fuzz-kustomize begins with: a kustomization and the files it leads to."""
import json
import os

import yaml

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
FILES_MAX, BYTES_MAX = 60, 400_000


class Tree:
    """Files by path, the directory to build, and flags. No file is changed in place: copies share them."""

    def __init__(self, name, files, target, flags=()):
        self.name, self.files, self.target, self.flags = name, files, target, list(flags)

    def copy(self):
        return Tree(self.name, dict(self.files), self.target, self.flags)

    def write(self, root):
        os.makedirs(os.path.join(root, self.target), exist_ok=True)
        for path, content in self.files.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "wb") as file:
                file.write(content)

    def kustomization_of(self, directory):
        for name in NAMES:
            path = os.path.normpath(os.path.join(directory, name))
            if path in self.files:
                return path
        return None


def texts_of(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from texts_of(key)
            yield from texts_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, str):
        yield value
        if "=" in value:
            yield value.split("=", 1)[1]


def read(path):
    with open(path, "rb") as file:
        return file.read(BYTES_MAX + 1)


def collect(directory, files, seen):
    """Reads the kustomization of a directory and whatever its texts name."""
    if directory in seen or len(files) > FILES_MAX:
        return
    seen.add(directory)
    for name in NAMES:
        path = os.path.join(directory, name)
        if not os.path.isfile(path):
            continue
        files[path] = read(path)
        try:
            documents = list(yaml.safe_load_all(files[path]))
        except (yaml.YAMLError, ValueError, RecursionError):
            documents = []
        for text in texts_of(documents):
            if not text or len(text) > 300 or "\n" in text or os.path.isabs(text):
                continue
            named = os.path.normpath(os.path.join(directory, text))
            if os.path.isdir(named):
                collect(named, files, seen)
            elif os.path.isfile(named):
                files[named] = read(named)


def tree_of(name, directory, flags=()):
    """-> the tree, or None when it is empty, or larger than is useful"""
    files = {}
    collect(os.path.realpath(directory), files, set())
    if not files or len(files) > FILES_MAX or sum(map(len, files.values())) > BYTES_MAX:
        return None
    root = os.path.commonpath([os.path.dirname(path) for path in files])
    relative = {os.path.relpath(path, root): content for path, content in files.items()}
    return Tree(name, relative, os.path.relpath(os.path.realpath(directory), root), flags)


def found_in(root):
    """Every kustomization below a directory, in a fixed order. A case.json beside `in` may have flags for it."""
    for directory, folders, names in os.walk(root):
        folders.sort()
        if not any(name in NAMES for name in names):
            continue
        flags, above = [], directory
        while above.startswith(root) and len(above) > len(root):
            above = os.path.dirname(above)
            case = os.path.join(above, "case.json")
            if os.path.isfile(case):
                with open(case, encoding="utf-8") as file:
                    flags = [flag for flag in json.load(file)["args"] if "load-restrictor" in flag]
                break
        tree = tree_of(os.path.relpath(directory, root), directory, flags)
        if tree:
            yield tree
