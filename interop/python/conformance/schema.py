"""Every file of cases, and every vendor's, against the schema that is published beside them."""

import json
import pathlib

import jsonschema

SUITE = pathlib.Path("host-tests/conformance")


def main():
    schema = json.loads((SUITE / "schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    files = [SUITE / "daytona.json", *sorted(SUITE.glob("tests/*.json")), *sorted(SUITE.glob("cases/*/*.json"))]
    wrong = 0
    for file in files:
        for error in validator.iter_errors(json.loads(file.read_text())):
            print(f"{file}: {error.json_path}: {error.message[:300]}")
            wrong += 1
    if wrong or len(files) < 5:
        raise SystemExit(f"{wrong} mistakes in {len(files)} files")
    print(f"{len(files)} files of cases are as the schema says")


main()
