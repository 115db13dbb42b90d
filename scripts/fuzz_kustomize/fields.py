"""Fields of a kustomization as people write them, for objects that a tree builds."""
import copy
import json

import yaml

TEXTS = ["a", "web", "prod", "v1", "true", "1", "a-b", "a.b/c", "x y", "", "é", "long " * 20, "a: b", "1.10", "null", "08", "a\nb\n"]
KEYS = ["app", "env", "app.kubernetes.io/name", "team", "a", "tier", "example.com/x", "n", "1", "true", "null", "0x1f", "2001-01-01", "~", "<<", "="]
SIMPLE_KEYS = KEYS[:7]
WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet", "Pod"]


def meta(item, field="name", default="web"):
    metadata = item.get("metadata")
    return str(metadata.get(field) or default) if isinstance(metadata, dict) else default


def some(dice, objects, kinds=None):
    fitting = [item for item in objects if isinstance(item.get("kind"), str) and (kinds is None or item["kind"] in kinds)]
    return dice.choice(fitting) if fitting else {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}, "data": {"a": "b"}}


def key(dice):
    return dice.choice(SIMPLE_KEYS if dice.random() < 0.93 else KEYS)


def pairs(dice):
    return {key(dice): dice.choice(TEXTS[:7] if dice.random() < 0.85 else TEXTS) for _ in range(dice.randint(1, 2))}


def scalars(value, path=()):
    """Paths to scalars, with the value."""
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(name, str):
                yield from scalars(item, path + (name,))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from scalars(item, path + (number,))
    else:
        yield path, value


def nodes(value, path=()):
    yield path, value
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(name, str):
                yield from nodes(item, path + (name,))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from nodes(item, path + (number,))


def pointer(path):
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def dotted(dice, item, path):
    """A path as replacements write it; items of lists by name, by number or all."""
    parts = []
    value = item
    for step in path:
        if isinstance(step, int):
            inner = value[step]
            name = inner.get("name") if isinstance(inner, dict) else None
            choice = dice.random()
            parts.append(f"[name={name}]" if name and choice < 0.6 else "*" if choice < 0.75 else str(step))
        else:
            parts.append(step.replace(".", "\\.") if dice.random() < 0.9 or "." not in step else f"[{step}]")
        value = value[step]
    return ".".join(parts)


# -- targets --


def selector(dice, objects, item=None):
    item = item or some(dice, objects)
    group, _, version = item.get("apiVersion", "v1").rpartition("/") if isinstance(item.get("apiVersion"), str) else ("", "", "v1")
    target = {}
    if dice.random() < 0.85:
        target["kind"] = item.get("kind")
    if dice.random() < 0.5:
        name = meta(item)
        target["name"] = dice.choice([name, name, name, name[:3] + ".*", ".*", name + "|x", "^" + name + "$", "(" + name + ")", name + "?"])
    if group and dice.random() < 0.2:
        target["group"] = group
    if dice.random() < 0.1:
        target["version"] = version
    if dice.random() < 0.15:
        target["namespace"] = meta(item, "namespace", "default")
    labels = item.get("metadata", {}).get("labels") if isinstance(item.get("metadata"), dict) else None
    if isinstance(labels, dict) and labels and dice.random() < 0.25:
        name = dice.choice(list(labels))
        target["labelSelector"] = dice.choice([f"{name}={labels[name]}", f"{name}", f"!{name}", f"{name} in (a,{labels[name]})", f"{name}!=x", "a=b,c"])
    if dice.random() < 0.06:
        target["annotationSelector"] = dice.choice(["a=b", "a", "!a", "internal.config.kubernetes.io/previousNames", "team",
                                                    "config.kubernetes.io/origin", "!internal.config.kubernetes.io/prefixes"])
    return target or {"kind": item.get("kind")}


# -- patches --


def new_value(dice, value=None):
    choices = ["x", "web", 1, True, None, {}, [], {"a": "b"}, ["a"], "1", "true", 1.5, "a\nb", "é", 0, ""]
    if value is not None and dice.random() < 0.4:
        return copy.deepcopy(value)
    return copy.deepcopy(dice.choice(choices))


def strategic(dice, objects, item=None):
    item = item or some(dice, objects)
    patch = {"apiVersion": item.get("apiVersion"), "kind": item.get("kind"), "metadata": {"name": meta(item)}}
    if meta(item, "namespace", "") and dice.random() < 0.7:
        patch["metadata"]["namespace"] = meta(item, "namespace", "")
    if dice.random() < 0.04:
        patch["$patch"] = dice.choice(["delete", "replace", "merge"])
        return patch
    for _ in range(dice.randint(1, 3)):
        path, value = dice.choice(list(nodes(item)))
        if not path or path[0] in ("apiVersion", "kind") or path[:2] == ("metadata", "name"):
            path, value = dice.choice([("metadata", "annotations"), ("metadata", "labels"), ("spec",), ("data",)]), {"a": "b"}
        put(dice, patch, item, path, value)
    return patch


def put(dice, patch, item, path, value):
    """Writes a change at a path into a patch, list items with their names."""
    here, there = patch, item
    for step, following in zip(path, path[1:] + (None,)):
        try:
            there = there[step] if there is not None else None
        except (KeyError, IndexError, TypeError):
            there = None
        if isinstance(step, int):
            names = {name: there[name] for name in ("name", "containerPort", "port", "mountPath", "key", "ip", "protocol", "topologyKey")
                     if isinstance(there, dict) and name in there and (name != "protocol" or dice.random() < 0.5)}
            new = dict(names) if isinstance(there, dict) else new_value(dice, there)
            here.append(new)
            if following is None:
                if isinstance(new, dict) and dice.random() < 0.7:
                    new.update(dice.choice([{"$patch": "delete"}, {"$patch": "replace"}, {"x": "y"}, {"value": "changed"}, {"name": "new"}]))
                return
            if not isinstance(new, dict):
                return
            here = new
        elif following is None:
            what = dice.random()
            if what < 0.15:
                here[step] = None
            elif what < 0.3 and isinstance(value, dict):
                here[step] = {"$patch": dice.choice(["replace", "delete", "merge"]), "x": "y"}
            elif what < 0.45 and isinstance(value, list):
                here[step] = [{"$patch": dice.choice(["replace", "delete"])}] + ([copy.deepcopy(value[0])] if value else [])
            elif isinstance(value, dict):
                here[step] = {dice.choice(SIMPLE_KEYS + list(map(str, value))): new_value(dice)}
            elif isinstance(value, list):
                here[step] = [new_value(dice, value[0] if value else None)]
            else:
                here[step] = new_value(dice) if dice.random() < 0.3 else dice.choice(["changed", 7, "8080", "0.5", True])
            return
        else:
            empty = [] if isinstance(following, int) else {}
            if not isinstance(here.get(step), type(empty)):
                here[step] = empty
            here = here[step]


def operations(dice, item):
    everything = list(nodes(item))
    result = []
    for _ in range(dice.randint(1, 3)):
        path, value = dice.choice(everything)
        if dice.random() < 0.12:
            path, value = dice.choice([("metadata", "annotations"), ("metadata", "labels"), ("metadata", "annotations", "a"),
                                       ("metadata", "labels", "app.kubernetes.io/name"), ("metadata",)]), {"a": "b"}
        kind = dice.choice(["replace"] * 6 + ["add"] * 5 + ["remove", "remove", "test", "copy", "move"])
        operation = {"op": kind, "path": pointer(path)}
        if kind == "add" and isinstance(value, list):
            operation["path"] += dice.choice(["/-", "/0", f"/{len(value)}"])
            operation["value"] = new_value(dice, value[0] if value else None)
        elif kind == "add" and isinstance(value, dict):
            operation["path"] += pointer((dice.choice(SIMPLE_KEYS + list(map(str, value))),))
            operation["value"] = new_value(dice)
        elif kind in ("add", "replace"):
            operation["value"] = new_value(dice, value)
        elif kind == "test":
            operation["value"] = copy.deepcopy(value) if dice.random() < 0.8 else new_value(dice)
        elif kind in ("copy", "move"):
            operation["from"] = operation["path"]
            there, inner = dice.choice(everything)
            operation["path"] = pointer(there) + ("/x" if isinstance(inner, dict) else "/-" if isinstance(inner, list) else "")
            if dice.random() < 0.15:
                operation["path"] += dice.choice(["/x", "/-", "/0"])
        result.append(operation)
    return result


def written(dice, value):
    if dice.random() < 0.3 and isinstance(value, list):
        return json.dumps(value)
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True)


def text_or_file(dice, tree, directory, entry, value):
    text = written(dice, value)
    if dice.random() < 0.25:
        name = f"patch{dice.randrange(1000)}.yaml"
        tree.files[f"{directory}/{name}" if directory else name] = text.encode("utf-8")
        entry["path"] = name
    else:
        entry["patch"] = text


def add_patch(dice, tree, directory, k, objects):
    item = some(dice, objects)
    entry = {}
    if dice.random() < 0.5:
        text_or_file(dice, tree, directory, entry, operations(dice, item))
        entry["target"] = selector(dice, objects, item)
    else:
        patch = strategic(dice, objects, item)
        if dice.random() < 0.45:
            entry["target"] = selector(dice, objects, item)
            if dice.random() < 0.3:
                patch["metadata"]["name"] = dice.choice(["any", "", "other"])
        if dice.random() < 0.12:
            entry["options"] = {dice.choice(["allowNameChange", "allowKindChange"]): True}
            patch["metadata"]["name"] = "renamed" if "target" in entry else patch["metadata"]["name"]
        text_or_file(dice, tree, directory, entry, patch)
    k.setdefault("patches", []).append(entry)


def add_old_patch(dice, tree, directory, k, objects):
    if dice.random() < 0.5:
        k.setdefault("patchesStrategicMerge", []).append(yaml.safe_dump(strategic(dice, objects), sort_keys=False))
        return
    item = some(dice, objects)
    group, _, version = str(item.get("apiVersion")).rpartition("/")
    k.setdefault("patchesJson6902", []).append({
        "target": {"group": group, "version": version, "kind": item.get("kind"), "name": meta(item)},
        "patch": written(dice, operations(dice, item))})


# -- the other fields --


def add_names(dice, tree, directory, k, objects):
    k.update(dice.choice([{"namePrefix": "pre-"}, {"nameSuffix": "-suf"}, {"namespace": "other"}, {"namePrefix": "a-", "nameSuffix": "-b"},
                          {"namespace": "other", "namePrefix": "p-"}, {"namespace": "default"}, {"namePrefix": "x.", "namespace": "1"}]))


def add_labels(dice, tree, directory, k, objects):
    what = dice.random()
    if what < 0.3:
        k["commonLabels"] = pairs(dice)
    elif what < 0.5:
        k["commonAnnotations"] = pairs(dice)
    else:
        entry = {"pairs": pairs(dice)}
        for option in ("includeSelectors", "includeTemplates"):
            if dice.random() < 0.35:
                entry[option] = dice.random() < 0.9
        if dice.random() < 0.15:
            entry["fields"] = [{"path": dice.choice(["spec/selector", "metadata/annotations", "spec/template/metadata/labels", "data", "x/y",
                                                     "spec/template/spec/containers/env", "spec/ports[]/labels"]),
                                "create": dice.random() < 0.6}]
            if dice.random() < 0.5:
                entry["fields"][0]["kind"] = some(dice, objects).get("kind")
        k.setdefault("labels", []).append(entry)


def images_of(objects):
    return [value for item in objects for path, value in scalars(item) if path and path[-1] == "image" and isinstance(value, str) and value]


def add_images(dice, tree, directory, k, objects):
    image = dice.choice(images_of(objects) or ["nginx:1.19"])
    name = image.split("@")[0]
    name = name.rsplit(":", 1)[0] if ":" in name.rsplit("/", 1)[-1] else name
    entry = {"name": dice.choice([name, name, name, name.rsplit("/", 1)[-1], ".*", name[:-1] + ".", image])}
    entry.update(dice.choice([{"newTag": "v2"}, {"newName": "registry.example/x"}, {"digest": "sha256:" + "ab" * 32}, {"newName": "a/b", "newTag": "1"},
                              {"newTag": "1.10"}, {"newTag": 1.1}, {"newTag": "v1", "digest": "sha256:00"}, {"tagSuffix": "-x"}, {}]))
    k.setdefault("images", []).append(entry)


def add_replicas(dice, tree, directory, k, objects):
    item = some(dice, objects, WORKLOADS)
    k.setdefault("replicas", []).append({"name": dice.choice([meta(item)] * 6 + ["nobody"]), "count": dice.choice([0, 1, 2, 3, 3, 3, 5, "5"])})


def add_generator(dice, tree, directory, k, objects):
    secret = dice.random() < 0.35
    item = some(dice, objects, ["Secret" if secret else "ConfigMap"])
    entry = {"name": dice.choice([meta(item), "generated", "generated"])}
    what = dice.random()
    if what < 0.6:
        entry["literals"] = [f"{dice.choice(['a', 'KEY', 'x.y', 'b'])}={dice.choice(TEXTS)}" for _ in range(dice.randint(1, 2))]
    else:
        name = f"file{dice.randrange(100)}.txt"
        tree.files[f"{directory}/{name}" if directory else name] = dice.choice([b"a=b\nc=d\n", b"hello", b"x\r\ny\r\n", b"\xff\x00", b"", b"# c\nA=1\n",
                                                                              b"a: |\n  b\n", b" lead\ntrail \n", b"\ttab\n", "é\n".encode()])
        if dice.random() < 0.4:
            entry["envs"] = [name]
        else:
            entry["files"] = [name if dice.random() < 0.6 else "key=" + name]
    if dice.random() < 0.4:
        entry["behavior"] = dice.choice(["merge", "merge", "replace", "create"])
    if dice.random() < 0.2:
        entry["namespace"] = meta(item, "namespace", "default")
    if secret and dice.random() < 0.3:
        entry["type"] = dice.choice(["Opaque", "kubernetes.io/tls"])
    if dice.random() < 0.3:
        entry["options"] = dice.choice([{"disableNameSuffixHash": True}, {"labels": pairs(dice)}, {"annotations": pairs(dice)}, {"immutable": True}])
    k.setdefault("secretGenerator" if secret else "configMapGenerator", []).append(entry)
    if dice.random() < 0.15:
        k["generatorOptions"] = dice.choice([{"disableNameSuffixHash": True}, {"labels": pairs(dice)}, {"annotations": pairs(dice)}, {"immutable": True}])


def add_replacement(dice, tree, directory, k, objects):
    source, target = some(dice, objects), some(dice, objects)
    path, _ = dice.choice(list(scalars(source)) or [(("metadata", "name"), "")])
    entry = {"source": {"kind": source.get("kind"), "name": meta(source)}, "targets": []}
    if dice.random() < 0.8 and path:
        entry["source"]["fieldPath"] = dotted(dice, source, path)
    if dice.random() < 0.15:
        entry["source"]["options"] = {"delimiter": dice.choice(["-", ".", ":", "/"]), "index": dice.choice([0, 1, -1, 9])}
    where = {"select": selector(dice, objects, target) if dice.random() < 0.5 else {"kind": target.get("kind"), "name": meta(target)}, "fieldPaths": []}
    for _ in range(dice.randint(1, 2)):
        path, _ = dice.choice(list(nodes(target)) if dice.random() < 0.2 else list(scalars(target)) or [((), None)])
        text = dotted(dice, target, path)
        if dice.random() < 0.2:
            text = dice.choice(["metadata.annotations.new", "metadata.labels.new", text + ".x", "spec.template.metadata.annotations.a\\.b/c", "data.new"])
        where["fieldPaths"].append(text)
    if dice.random() < 0.45:
        where["options"] = dice.choice([{"create": True}, {"create": True}, {"delimiter": "-", "index": 0}, {"delimiter": ":", "index": 1},
                                        {"delimiter": "/", "index": -1}, {"delimiter": ".", "index": 5}])
    if dice.random() < 0.12:
        where["reject"] = [selector(dice, objects)]
    entry["targets"].append(where)
    if dice.random() < 0.2:
        name = f"replacement{dice.randrange(1000)}.yaml"
        tree.files[f"{directory}/{name}" if directory else name] = yaml.safe_dump(dice.choice([entry, [entry]]), sort_keys=False).encode()
        entry = {"path": name}
    k.setdefault("replacements", []).append(entry)


def add_vars(dice, tree, directory, k, objects):
    item = some(dice, objects)
    entry = {"name": "VAR", "objref": {"apiVersion": item.get("apiVersion"), "kind": item.get("kind"), "name": meta(item)}}
    if dice.random() < 0.6:
        path, _ = dice.choice([found for found in scalars(item) if found[0]] or [(("metadata", "name"), "")])
        entry["fieldref"] = {"fieldpath": ".".join(f"[{step}]" if isinstance(step, int) else step for step in path)}
    k.setdefault("vars", []).append(entry)
    name = f"vars{dice.randrange(100)}.yaml"
    tree.files[f"{directory}/{name}" if directory else name] = yaml.safe_dump({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "uses-var", "annotations": {"a": "$(VAR)"}},
        "spec": {"template": {"spec": {"containers": [{"name": "c", "image": "x", "args": ["--a=$(VAR)", "$(OTHER)"],
                                                       "env": [{"name": "A", "value": "$(VAR)"}]}]}}}}).encode()
    k.setdefault("resources", []).append(name)


def add_resource(dice, tree, directory, k, objects):
    item = some(dice, objects)
    name = f"more{dice.randrange(100)}.yaml"
    pod = {"containers": [{"name": "c", "image": dice.choice(images_of(objects) or ["nginx:1"]), "envFrom": [
        {"configMapRef": {"name": meta(some(dice, objects, ["ConfigMap"]))}}, {"secretRef": {"name": meta(some(dice, objects, ["Secret"]))}}]}],
        "serviceAccountName": meta(some(dice, objects, ["ServiceAccount"])),
        "volumes": [{"name": "v", "configMap": {"name": meta(some(dice, objects, ["ConfigMap"]))}}]}
    choices = [
        {"apiVersion": "apps/v1", "kind": dice.choice(["Deployment", "StatefulSet", "DaemonSet"]),
         "metadata": {"name": "more", "namespace": meta(item, "namespace", "default")}, "spec": {"template": {"spec": pod}}},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": dice.choice(["RoleBinding", "ClusterRoleBinding"]), "metadata": {"name": "more"},
         "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": meta(some(dice, objects, ["ClusterRole", "Role"]))},
         "subjects": [{"kind": "ServiceAccount", "name": dice.choice(["default", meta(some(dice, objects, ["ServiceAccount"]))]),
                       "namespace": meta(item, "namespace", "default")}]},
        {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "more"},
         "spec": {"scaleTargetRef": {"kind": item.get("kind"), "name": meta(item), "apiVersion": item.get("apiVersion")}}},
        {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "more"}, "spec": {"rules": [{"http": {"paths": [
            {"path": "/", "backend": {"service": {"name": meta(some(dice, objects, ["Service"])), "port": {"number": 80}}}}]}}]}},
        {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "thing"}, "spec": {"ref": {"name": meta(item)}, "list": [{"name": "a"}]}},
        {"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "listed"}, "data": {"a": "1"}}]},
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": meta(item, "namespace", "other")}},
        dict(copy.deepcopy(item), metadata={"name": meta(item), "namespace": "elsewhere"}),
    ]
    tree.files[f"{directory}/{name}" if directory else name] = yaml.safe_dump(dice.choice(choices), sort_keys=False).encode()
    k.setdefault("resources", []).append(name)


def add_component(dice, tree, directory, k, objects):
    name = f"component{dice.randrange(1000)}"
    inner = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}
    add(dice, tree, f"{directory}/{name}" if directory else name, inner, objects, dice.randint(1, 2))
    tree.files[f"{directory}/{name}/kustomization.yaml" if directory else f"{name}/kustomization.yaml"] = yaml.safe_dump(inner, sort_keys=False).encode()
    k.setdefault("components", []).append(name)


def add_plugin(dice, tree, directory, k, objects):
    specs = [{"path": dice.choice(["metadata/name", "metadata/labels", "metadata/annotations", "spec/template/metadata/labels", "spec/x/y"]),
              "create": dice.random() < 0.7}]
    config = dice.choice([
        {"kind": "PrefixTransformer", "prefix": "plug-", "fieldSpecs": [{"path": "metadata/name"}]},
        {"kind": "PrefixSuffixTransformer", "prefix": "plug-", "fieldSpecs": [{"path": "metadata/name"}]},
        {"kind": "SuffixTransformer", "suffix": "-plug", "fieldSpecs": specs},
        {"kind": "LabelTransformer", "labels": pairs(dice), "fieldSpecs": specs},
        {"kind": "AnnotationsTransformer", "annotations": pairs(dice), "fieldSpecs": [{"path": "metadata/annotations", "create": True}]},
        {"kind": "NamespaceTransformer", "metadata": {"name": "n", "namespace": "plugged"}, "fieldSpecs": [{"path": "metadata/namespace", "create": True}],
         **dice.choice([{}, {"unsetOnly": True}, {"setRoleBindingSubjects": dice.choice(["none", "allServiceAccounts", "defaultOnly"])}])},
        {"kind": "ImageTagTransformer", "imageTag": {"name": "nginx", "newTag": "plug"}},
        {"kind": "ReplicaCountTransformer", "replica": {"name": meta(some(dice, objects, WORKLOADS)), "count": 7},
         "fieldSpecs": [{"path": "spec/replicas", "create": True, "kind": "Deployment"}]},
        {"kind": "PatchTransformer", "target": selector(dice, objects), "patch": written(dice, operations(dice, some(dice, objects)))},
        {"kind": "ConfigMapGenerator", "literals": ["a=b"]},
        {"kind": "ValueAddTransformer", "value": "x", "targets": [{"fieldPath": "spec/added"}]},
    ])
    config = {"apiVersion": "builtin", "metadata": {"name": "plugged"}, **config}
    k.setdefault("generators" if "Generator" in config["kind"] else "transformers", []).append(yaml.safe_dump(config, sort_keys=False))


def add_configuration(dice, tree, directory, k, objects):
    name = f"configuration{dice.randrange(100)}.yaml"
    item = some(dice, objects)
    content = dice.choice([
        {"nameReference": [{"kind": item.get("kind"), "fieldSpecs": [{"path": "spec/ref/name", "kind": "Thing"}]}]},
        {"nameReference": [{"kind": "ConfigMap", "version": "v1", "fieldSpecs": [{"path": "metadata/annotations/uses"}]}]},
        {"commonLabels": [{"path": "spec/extra/labels", "create": True, "kind": item.get("kind")}]},
        {"images": [{"path": "spec/image", "kind": "Thing"}, {"path": "spec/list[]/image", "kind": "Thing"}]},
        {"namespace": [{"path": "spec/namespace", "create": True, "kind": item.get("kind")}]},
        {"namePrefix": [{"path": "spec/ref/name", "kind": "Thing"}]},
        {"replicas": [{"path": "spec/count", "kind": "Thing", "create": True}]},
        {"varReference": [{"path": "spec/ref/name", "kind": "Thing"}]},
        {"commonAnnotations": [{"path": "spec/template/metadata/annotations", "create": True, "kind": item.get("kind")}]},
    ])
    tree.files[f"{directory}/{name}" if directory else name] = yaml.safe_dump(content).encode()
    k.setdefault("configurations", []).append(name)


def add_rest(dice, tree, directory, k, objects):
    k.update(dice.choice([{"buildMetadata": ["originAnnotations"]}, {"buildMetadata": ["transformerAnnotations"]},
                          {"buildMetadata": ["originAnnotations", "transformerAnnotations"]}, {"sortOptions": {"order": "fifo"}},
                          {"sortOptions": {"order": "legacy", "legacySortOptions": {"orderFirst": ["Service"], "orderLast": ["Namespace"]}}},
                          {"buildMetadata": ["managedByLabel"]}]))


ADDERS = [(add_patch, 30), (add_old_patch, 6), (add_names, 18), (add_labels, 14), (add_images, 7), (add_replicas, 4), (add_generator, 12),
          (add_replacement, 14), (add_vars, 3), (add_resource, 9), (add_component, 6), (add_plugin, 6), (add_configuration, 4), (add_rest, 4)]


def add(dice, tree, directory, kustomization, objects, count):
    """Adds `count` things to a kustomization in `directory`, and the files they need to the tree."""
    for _ in range(count):
        adder = dice.choices([item for item, _ in ADDERS], [weight for _, weight in ADDERS])[0]
        before = copy.deepcopy(kustomization)
        try:
            adder(dice, tree, directory, kustomization, objects)
        except (AttributeError, KeyError, TypeError, IndexError, yaml.YAMLError):
            # What is there is not of the shape that this field has.
            kustomization.clear()
            kustomization.update(before)
