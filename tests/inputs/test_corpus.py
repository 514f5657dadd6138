"""Every case of the corpus is two files: a document, and what reading it gives. No case needs Python.

An expectation names a source's settings, and either the reason of an error, or items with only the
fields that the case is about.
"""

import json
import pkgutil
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from syndicate import inputs
from syndicate.core.model import Source
from syndicate.inputs import IngestError, Refusal
from syndicate.inputs.document import open_document
from syndicate.inputs.formats import FORMATS, read

CORPUS = Path(__file__).parent.parent / "corpus"
FOLDERS = [form.name for form in FORMATS]
CASES = sorted(path for name in FOLDERS for path in (CORPUS / name).glob("*.expect.json"))
ANY_ITEM = TypeAdapter(object)


def source_of(expect: dict) -> Source:
    settings = {"name": "test", "namespace": "test"} | expect.get("source", {})
    return TypeAdapter(Source).validate_python(settings)


def document_of(case: Path) -> bytes:
    (document,) = [path for path in case.parent.glob(case.name.replace(".expect.json", ".*")) if path != case]
    return document.read_bytes()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name.split('.')[0]}")
def test_a_document_of_the_corpus_reads_as_expected(case):
    expect = json.loads(case.read_text("utf-8"))
    if reason := expect.get("error"):
        with pytest.raises(IngestError) as refused:
            read(document_of(case), source_of(expect))
        assert refused.value.reason == reason
        return
    items = [json.loads(ANY_ITEM.dump_json(item)) for item in read(document_of(case), source_of(expect))]
    asked = [
        {name: item.get(name) for name in wanted}
        for item, wanted in zip(items, expect["items"], strict=False)
    ]
    assert (len(items), asked) == (len(expect["items"]), expect["items"])


def test_every_format_has_a_corpus_and_is_recognised_first_for_its_own():
    for form in FORMATS:
        cases = [case for case in CASES if case.parent.name == form.name]
        assert len(cases) > 3
        for case in cases:
            expect = json.loads(case.read_text("utf-8"))
            if "error" not in expect:
                document = open_document(document_of(case), None)
                assert next(one for one in FORMATS if one.recognise(document)).name == form.name


def test_every_module_that_reads_documents_is_in_the_registry():
    registered = {form.read.__module__ for form in FORMATS}
    for module in pkgutil.iter_modules(inputs.__path__, "syndicate.inputs."):
        if module.name.endswith("__main__"):
            continue
        text = Path(module.module_finder.path, f"{module.name.rpartition('.')[2]}.py").read_text("utf-8")
        assert ("\ndef read(document: Document" in text) == (module.name in registered), module.name


def test_every_folder_of_documents_belongs_to_a_format():
    with_cases = {path.parent.name for path in CORPUS.glob("*/*.expect.json")}
    assert with_cases == set(FOLDERS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name.split('.')[0]}")
def test_a_second_reading_gives_the_same(case):
    expect = json.loads(case.read_text("utf-8"))
    if "error" not in expect:
        assert read(document_of(case), source_of(expect)) == read(document_of(case), source_of(expect))


def test_a_document_too_large_is_refused_by_name():
    with pytest.raises(IngestError, match="too-large"):
        read(b" " * (16 * 1024 * 1024 + 1), Source("s", "s"))


@pytest.mark.parametrize("body", [b"", b" \n", b"\x00\x00"])
def test_nothing_is_refused_by_name(body):
    with pytest.raises(IngestError, match="empty"):
        read(body, Source("s", "s"))


def test_a_text_too_large_costs_only_its_own_item():
    items = [
        {"uri": "a", "bodies": [{"contentType": "text/html", "value": "x" * (4 * 1024 * 1024 + 1)}]},
        {"uri": "b", "headline": "fine"},
    ]
    first, second = read(json.dumps(items).encode(), Source("s", "s"))
    assert isinstance(first, Refusal)
    assert (first.reason, first.uri, second.uri) == ("text-too-large", "a", "b")


def test_the_charset_of_the_header_counts_where_it_fits():
    body = '<rss version="2.0"><channel><item><guid>a</guid><title>Ставка</title></item></channel></rss>'
    for header, encoding in [
        ("text/xml; charset=windows-1251", "cp1251"),
        ("text/xml; charset=ascii", "utf-8"),
    ]:
        (message,) = read(body.encode(encoding), Source("s", "s"), header)
        assert message.headline == "Ставка"
