"""Reading that was broken off goes on, in whatever shape the stream has."""

import csv
import gzip
import io
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.formats.places import Place
from ir_client.formats.records import BrokenRecord, RecordAt, read_records
from tests.support.streams import Trickle


def csv_rows() -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["id", "title", "more"])
    writer.writerows([[n, f"two\nlines ü {n}", '{"a": 1}'] for n in range(5)])
    return text.getvalue()


def zeek_rows() -> str:
    header = "#separator \\x09\n#path\tnotice\n#fields\tts\tmsg\n#types\ttime\tstring\n"
    return header + "".join(f"{n}.5\tmessage {n} ß\n" for n in range(5))


OBJECTS = [{"n": n, "text": "größe 😀"} for n in range(5)]
STREAMS = {
    "lines": "\n".join(json.dumps(one, ensure_ascii=False) for one in OBJECTS),
    "one long line": json.dumps(OBJECTS, ensure_ascii=False),
    "pretty": json.dumps(OBJECTS, indent=2, ensure_ascii=False),
    "csv": csv_rows(),
    "zeek": zeek_rows(),
    "cef": "".join(f"CEF:0|v|p|1|{n}|näme|3|a={n}\n" for n in range(5)),
    "mixed": zeek_rows() + '{"a": "ü"}\nnonsense\n' + csv_rows(),
}
PACKINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": str.encode,
    "with a mark": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
    "gzip": lambda text: gzip.compress(text.encode(), mtime=0),
    "wrong bytes": lambda text: text.encode().replace("ü".encode(), b"\xfc\xff"),
}


@pytest.mark.parametrize("shape", STREAMS)
@pytest.mark.parametrize("packing", PACKINGS)
def test_reading_goes_on_at_any_place_with_the_same_lines(shape: str, packing: str) -> None:
    content = PACKINGS[packing](STREAMS[shape])
    whole = list(read_records(io.BytesIO(content)))
    assert len(whole) >= 5
    for number, found in enumerate(whole, start=1):
        assert list(read_records(io.BytesIO(content), found.after)) == whole[number:]
        assert list(read_records(Trickle(content, 7), found.after)) == whole[number:]


@pytest.mark.parametrize("shape", STREAMS)
def test_the_text_of_a_record_is_what_was_written(shape: str) -> None:
    content = STREAMS[shape].replace("\r", "")
    for found in read_records(io.BytesIO(content.encode())):
        if isinstance(found, RecordAt):
            assert found.text in content


@given(st.sampled_from(sorted(STREAMS)), st.data())
def test_a_file_cut_at_any_byte_loses_no_whole_record(shape: str, data: st.DataObject) -> None:
    content = STREAMS[shape].encode()
    whole = list(read_records(io.BytesIO(content)))
    cut = data.draw(st.integers(0, len(content)))
    found = list(read_records(io.BytesIO(content[:cut])))
    # Of a record that ends just where the cut is, its line break may be missing: then it is last.
    expected = [one for one in whole if one.after.offset <= cut]
    assert found[: len(expected)] == expected
    assert sum(isinstance(one, RecordAt) for one in found[len(expected) :]) <= 1


@given(st.sampled_from(sorted(STREAMS)), st.integers(1, 60))
def test_the_size_of_the_pieces_does_not_matter(shape: str, step: int) -> None:
    content = STREAMS[shape].encode()
    assert list(read_records(Trickle(content, step))) == list(read_records(io.BytesIO(content)))


def test_a_place_knows_what_its_rows_need() -> None:
    (found,) = read_records(io.BytesIO(b"id,title\r\n1,a\r\n"))
    assert found.after == Place(13, 2, "id,title")


def test_what_was_passed_over_is_kept_as_it_was() -> None:
    (found,) = read_records(io.BytesIO("{broken ü\n".encode()))
    assert isinstance(found, BrokenRecord)
    assert found.text == "{broken ü"
