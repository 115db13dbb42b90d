#!/usr/bin/env python3
"""`sealift schema check` as a user runs it."""
import json

from harness import Case, main

SCHEMA = {
    "type": "object",
    "properties": {"replicas": {"$ref": "types/count.yaml#/definitions/count"}, "until": {"format": "date"}},
    "additionalProperties": False,
}


class Schema(Case):
    def setUp(self):
        super().setUp()
        self.write("s.json", json.dumps(SCHEMA))
        self.write("types/count.yaml", "definitions:\n  count: {type: integer, minimum: 1}\n")

    def check(self, *words, status=0):
        return self.sealift("schema", "check", "--schema", "s.json", *words, status=status, cwd=self.dir)

    def test_documents_that_fit_are_status_0(self):
        self.write("v.yaml", "replicas: 2\n---\nreplicas: 3\nuntil: soon\n")
        self.write("v.json", '{"replicas": 1}')
        result = self.check("v.yaml", "v.json")
        self.assertEqual(result.out, "3 of 3 documents fit s.json\n")
        self.assertEqual(result.err, "")

    def test_what_does_not_fit_is_listed_with_its_place_and_status_1(self):
        self.write("v.yaml", "replcas: 2\n---\nreplicas: 0\n")
        result = self.check("v.yaml", status=1)
        lines = result.err.splitlines()
        self.assertEqual(lines[0], 'v.yaml:1:1: error: the member "replcas" is not known here '
                                   "(s.json#/additionalProperties) [schema/mismatch]")
        self.assertEqual(lines[1].strip(), 'did you mean "replicas"?')
        self.assertEqual(lines[2], "v.yaml:3:11: error: must be at least 1, not 0 "
                                   "(types/count.yaml#/definitions/count/minimum) [schema/mismatch]")
        self.assertIn("2 of 2 documents do not fit s.json", result.err)

    def test_json_for_other_programs_is_what_its_schema_says(self):
        self.write("v.yaml", "replicas: true\n")
        report = self.check("v.yaml", "--format", "json", status=1).json()
        self.assertEqual((report["documents"], report["invalid"]), (1, 1))
        self.assertEqual(report["findings"][0]["pointer"], "/replicas")

    def test_formats_are_checked_where_asked_for(self):
        self.write("v.yaml", "until: soon\n")
        self.check("v.yaml")
        self.assertIn('"soon" is not a date', self.check("v.yaml", "--assert-formats", status=1).err)

    def test_a_document_that_cannot_be_parsed_does_not_stop_the_others(self):
        self.write("bad.json", '{"replicas": ]')
        self.write("v.yaml", "replicas: 1\n")
        result = self.check("bad.json", "v.yaml", status=1)
        self.assertIn("bad.json:1:14", result.err)
        self.assertEqual(result.out, "1 of 2 documents fit s.json\n")

    def test_nothing_is_fetched_and_a_mapped_url_is_read(self):
        self.write("s.json", '{"$ref": "https://example.com/types/count.yaml#/definitions/count"}')
        self.write("v.yaml", "0\n")
        result = self.check("v.yaml", status=1)
        self.assertIn("s.json:1:10: schema: refers to https://example.com/types/count.yaml", result.err)
        self.assertIn("--schema-map URL=DIR", result.err)
        result = self.check("v.yaml", "--schema-map", "https://example.com/types=types", status=1)
        self.assertIn("must be at least 1", result.err)

    def test_a_schema_that_is_wrong_says_where(self):
        self.write("s.json", '{"properties": {"a": {"type": "strnig"}}}')
        self.write("v.yaml", "a: 1\n")
        self.assertIn('s.json:1:31: schema: there is no type "strnig"', self.check("v.yaml", status=1).err)

    def test_wrong_words_are_status_2(self):
        self.write("v.yaml", "a: 1\n")
        self.assertIn("does not know how to 'frob'",
                      self.sealift("schema", "frob", "v.yaml", "--schema", "s.json", status=2, cwd=self.dir).err)
        self.assertIn("URL=DIR", self.check("v.yaml", "--schema-map", "x", status=2).err)


if __name__ == "__main__":
    main()
