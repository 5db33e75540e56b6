"""What vobject, pandas and jsonschema read in exported files: `run read_exports.py DIR`.

Prints a JSON document for each reader and format, as readers/ do.
"""

import json
import sys
from pathlib import Path

import jsonschema
import pandas
import vobject


def show(reader, format, cards, warnings=()):
    print(json.dumps({"reader": reader, "format": format, "cards": cards, "warnings": list(warnings)}))


def of_vcard(card):
    """The fields of a vCard, by vobject's names for its properties."""

    def values(name):
        return [content.value for content in card.contents.get(name, [])]

    return {
        "uid": values("uid")[0],
        "name": values("fn"),
        "given": values("n")[0].given,
        "family": values("n")[0].family,
        "title": values("title"),
        "organisation": ["|separated|".join(value) for value in values("org")],
        "email": values("email"),
        "phone": values("tel"),
        "url": values("url"),
        "handle": values("x-socialprofile"),
        "pronouns": values("pronouns"),
        "categories": [one for value in values("categories") for one in value],
        "note": values("note")[0],
        "rev": values("rev")[0],
    }


def vcards(dir):
    for format in ["vcard3", "vcard4"]:
        text = (dir / format).read_bytes().decode()
        cards = [of_vcard(card) for card in vobject.readComponents(text)]
        show(f"vobject {vobject.VERSION}", format, cards)


def tables(dir):
    for path in sorted(dir.glob("csv*")):
        # As somebody opens it who wants text and nothing guessed; `utf-8-sig` takes a byte order mark or none.
        frame = pandas.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        show(f"pandas {pandas.__version__}", path.name, frame.to_dict("records"))


def json_documents(dir):
    schema = json.loads((dir / "schema.json").read_text())
    validator = jsonschema.Draft202012Validator
    validator.check_schema(schema)
    document = json.loads((dir / "json").read_text())
    warnings = [error.message for error in validator(schema).iter_errors(document)]
    show(f"jsonschema {jsonschema.__version__}", "json", document["contacts"], warnings)

    contact = validator({"$ref": f"{schema['$id']}#contact", "$defs": {"all": schema}})
    lines = [json.loads(line) for line in (dir / "jsonl").read_text().split("\n") if line]
    warnings = [error.message for line in lines for error in contact.iter_errors(line)]
    show(f"jsonschema {jsonschema.__version__}", "jsonl", lines, warnings)

    for path in sorted(dir.glob("part-*.json")):
        part = json.loads(path.read_text())
        warnings = [error.message for error in validator(schema).iter_errors(part)]
        show(f"jsonschema {jsonschema.__version__}", path.stem, part["contacts"], warnings)

    # A schema that takes everything would prove nothing.
    wrong = json.loads(json.dumps(document))
    wrong["contacts"][0]["id"] = "somebody"
    wrong["contacts"][1]["shoe_size"] = 43
    del wrong["contacts"][2]["badge"]["name"]
    found = [error.json_path for error in validator(schema).iter_errors(wrong)]
    show("jsonschema, of what is wrong", "json", [], sorted(found))


if __name__ == "__main__":
    directory = Path(sys.argv[1])
    vcards(directory)
    tables(directory)
    json_documents(directory)
