"""What scripts/fuzz-kustomize does to a tree: plausible fields first, then changed lines and values."""
import copy
import os

import yaml

from . import fields
from .trees import NAMES

STRANGE = [None, "", {}, [], 0, 1, -1, 1.5, 1e21, True, False, "true", "1", "0x1f", "null", "~", "n", "yes", "2001-01-01", "a: b", "#x",
           " x", "x ", "a\nb\n", "a\n\nb", "é", "x" * 90, "word " * 30, "$(V)", "a,b", "a/b", "a.b", "a~1b", "-", "*", ".*", "a|b",
           "$patch", "default", "web", [None], [{}], [[]], {"a": None}, {"name": "web"}, 12345678901234567890, "1_000", "08", "1e3", "\t"]
KEYS = ["name", "namespace", "labels", "annotations", "metadata", "spec", "data", "kind", "apiVersion", "image", "value", "$patch", "1",
        "true", "null", "a/b", "a.b", "x", "items", "create", "path", "target", "options"]


def dump(documents):
    return yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True, width=200).encode("utf-8")


def load(content):
    try:
        return list(yaml.safe_load_all(content))
    except (yaml.YAMLError, ValueError, RecursionError, TypeError):
        return None


def places(value, path=()):
    """Every value inside another, as a path."""
    if isinstance(value, dict):
        for key in value:
            yield path + (key,)
            yield from places(value[key], path + (key,))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield path + (number,)
            yield from places(item, path + (number,))


def inside(value, path):
    for step in path:
        value = value[step]
    return value


def change_value(dice, documents):
    """Replaces, takes out, doubles, renames or swaps one value."""
    everything = list(places(documents))
    if not everything:
        return documents
    path = dice.choice(everything)
    parent, step = inside(documents, path[:-1]), path[-1]
    what = dice.random()
    if what < 0.35:
        parent[step] = copy.deepcopy(dice.choice(STRANGE))
    elif what < 0.5:
        del parent[step]
    elif what < 0.65:
        parent[step] = copy.deepcopy(inside(documents, dice.choice(everything)))
    elif isinstance(parent, list):
        if what < 0.8:
            parent.insert(step, copy.deepcopy(parent[step]))
        else:
            other = dice.randrange(len(parent))
            parent[step], parent[other] = parent[other], parent[step]
    elif isinstance(parent, dict) and what < 0.85:
        parent[dice.choice(KEYS)] = parent.pop(step)
    elif isinstance(parent, dict):
        parent[dice.choice(KEYS)] = copy.deepcopy(dice.choice(STRANGE))
    return documents


def change_line(dice, content):
    lines = content.split(b"\n")
    number = dice.randrange(len(lines))
    what = dice.random()
    if what < 0.2:
        del lines[number]
    elif what < 0.35:
        lines.insert(number, lines[number])
    elif what < 0.5:
        other = dice.randrange(len(lines))
        lines[number], lines[other] = lines[other], lines[number]
    elif what < 0.6:
        lines[number] = b"  " + lines[number]
    elif what < 0.7 and lines[number].startswith(b"  "):
        lines[number] = lines[number][2:]
    elif what < 0.9 and b": " in lines[number]:
        scalars = [b"null", b"~", b"", b"1", b"true", b"'1'", b'"a b"', b"[]", b"{}", b"|", b"|-", b">", b"*a", b"&a x", b"!!str 1", b"0x1f",
                   b"1.0", b"2001-01-01", b"on", b"- a", b'"\\u00e9"', b"# c", b"x # c", b"{a: b}", b"[a, b]", b"1e3", b"!!binary aGk="]
        lines[number] = lines[number].split(b": ")[0] + b": " + dice.choice(scalars)
    else:
        lines.insert(number, dice.choice([b"---", b"...", b"# comment", b"", b"\t", b"a: b", b"- a", b"kind: List", b"<<: {a: b}"]))
    return b"\n".join(lines)


def overlay(dice, tree, objects):
    """A kustomization on top of the tree, with some fields."""
    name = f"overlay{dice.randrange(100)}"
    if tree.target == ".":
        # The tree moves down a directory, for an overlay cannot lie in what it is made of.
        tree.files = {"base/" + path: content for path, content in tree.files.items()}
        tree.target = "base"
    below = load(tree.files.get(tree.kustomization_of(tree.target), b""))
    component = below and isinstance(below[0], dict) and below[0].get("kind") == "Component"
    kustomization = {"components" if component else "resources": ["../" + tree.target]}
    tree.target = name
    fields.add(dice, tree, name, kustomization, objects, dice.randint(1, 4))
    tree.files[name + "/kustomization.yaml"] = dump([kustomization])


def twice(dice, tree, objects):
    """The tree in two variants, which one kustomization takes together."""
    base = tree.target if tree.target != "." else "base"
    if tree.target == ".":
        tree.files = {"base/" + path: content for path, content in tree.files.items()}
    parts = []
    for name in ("left", "right"):
        kustomization = {"resources": ["../" + base]}
        kustomization.update(dice.choice([{"namePrefix": name + "-"}, {"nameSuffix": "-" + name}, {"namespace": name}]))
        fields.add(dice, tree, name, kustomization, objects, dice.randint(0, 2))
        tree.files[name + "/kustomization.yaml"] = dump([kustomization])
        parts.append("../" + name)
    kustomization = {"resources": parts}
    tree.target = "both"
    fields.add(dice, tree, tree.target, kustomization, objects, dice.randint(0, 2))
    tree.files[tree.target + "/kustomization.yaml"] = dump([kustomization])


def extend(dice, tree, objects):
    """Some fields more in one of the kustomizations that are there."""
    paths = sorted(path for path in tree.files if os.path.basename(path) in NAMES)
    path = dice.choice(paths)
    documents = load(tree.files[path])
    if not documents or not isinstance(documents[0], dict):
        return
    fields.add(dice, tree, os.path.dirname(path), documents[0], objects, dice.randint(1, 2))
    tree.files[path] = dump(documents)


def change_file(dice, tree):
    paths = sorted(tree.files)
    kustomizations = [path for path in paths if os.path.basename(path) in NAMES]
    path = dice.choice(kustomizations if dice.random() < 0.5 else paths)
    documents = load(tree.files[path]) if path.endswith((".yaml", ".yml")) or path in kustomizations else None
    if documents and dice.random() < 0.6:
        try:
            tree.files[path] = dump(change_value(dice, documents))
            return
        except (yaml.YAMLError, TypeError):
            pass
    tree.files[path] = change_line(dice, tree.files[path])


def mutated(dice, tree, objects):
    tree = tree.copy()
    what = dice.random()
    if what < 0.12:
        twice(dice, tree, objects)
    elif what < 0.55:
        for _ in range(dice.choice([1, 1, 1, 2])):
            overlay(dice, tree, objects)
    elif what < 0.75:
        extend(dice, tree, objects)
    else:
        change_file(dice, tree)
    if dice.random() < 0.12:
        change_file(dice, tree)
    return tree


# -- making a tree smaller --


def without(documents, path):
    documents = copy.deepcopy(documents)
    parent = inside(documents, path[:-1])
    del parent[path[-1]]
    return documents


def smaller(tree):
    """Trees that lack something of this one, the largest pieces first."""
    for path in sorted(tree.files):
        if os.path.basename(path) not in NAMES:
            candidate = tree.copy()
            del candidate.files[path]
            yield candidate
    for path in sorted(tree.files):
        documents = load(tree.files[path])
        if not documents:
            continue
        steps = sorted(places(documents), key=len)
        for step in steps:
            if len(step) > 4:
                break
            candidate = tree.copy()
            try:
                candidate.files[path] = dump(without(documents, step))
            except (yaml.YAMLError, TypeError, KeyError):
                continue
            if candidate.files[path] != tree.files[path]:
                yield candidate

