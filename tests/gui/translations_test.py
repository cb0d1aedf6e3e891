"""Every text of the window is translated, with the same place holders. Usage: translations_test.py ROOT."""
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

HOLDER = re.compile(r"%\d|%n")


def offences(path):
    count = 0
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            count += 1
            source, translation = message.find("source").text, message.find("translation")
            forms = [form.text or "" for form in translation.findall("numerusform")] or [translation.text or ""]
            name = f"{os.path.basename(path)}: {context.find('name').text}: {source!r}"
            if translation.get("type"):
                yield f"{name} is {translation.get('type')}"
            for form in forms:
                if not form.strip():
                    yield f"{name} is empty"
                elif sorted(HOLDER.findall(form)) != sorted(HOLDER.findall(source)):
                    yield f"{name} has other place holders: {form!r}"
    if not count:
        yield f"{path}: no texts"


def main(root):
    folder = os.path.join(root, "resources", "translations")
    files = sorted(name for name in os.listdir(folder) if name.endswith(".ts"))
    found = [text for name in files for text in offences(os.path.join(folder, name))]
    print("\n".join(found))
    print(f"{len(files)} languages, {len(found)} offences")
    return 0 if len(files) >= 2 and not found else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
