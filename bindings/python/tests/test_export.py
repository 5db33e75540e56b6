"""Contacts on their way out."""

from __future__ import annotations

import typing
from pathlib import Path

import lapel
from lapel import ContactPart, ErrorCode, ExportFormat, ExportRequest, ExportSelection
from phones import EVENT, Phone, failing, query
from test_threads import Progress

EVERYBODY = ExportSelection.EVERYBODY()


def found(text: str) -> ExportSelection:
    return ExportSelection.FOUND(query(text=text))


def test_exports_contacts(ada: Phone, tmp_path: Path) -> None:
    people = ada.meets(2)
    ada.book.note(people[0], "plays the theremin")
    for format in ExportFormat:
        path = tmp_path / f"all.{lapel.export_file_extension(format)}"

        def leaves(request: ExportRequest) -> typing.Tuple[lapel.Exported, str]:
            before = ada.book.export_count(request)
            assert ada.book.export_to(request, str(path)) == before
            data = path.read_bytes()
            assert len(data) == before.bytes
            return before, data.decode()

        exported, text = leaves(ExportRequest(format=format, selection=EVERYBODY))
        assert (exported.contacts, exported.encounters, exported.notes) == (2, 2, 0)
        # Not always beside their numbers: some tables part a name in two.
        assert text.count("Person") >= 2, f"{format}: {text}"
        assert EVENT in text and "theremin" not in text, f"{format}: {text}"
        noted = ExportRequest(format=format, selection=EVERYBODY, notes=True)
        assert "theremin" in leaves(noted)[1]
        part = ExportRequest(format=format, selection=EVERYBODY, parts=[ContactPart.EMAIL])
        assert EVENT not in leaves(part)[1]
        assert lapel.export_media_type(format)
    by_id = ExportSelection.PEOPLE(people[1:])
    for selection in [found("Person 0"), by_id]:
        request = ExportRequest(format=ExportFormat.CSV, selection=selection)
        assert ada.book.export_count(request).contacts == 1
    card = ada.book.export_preview(ExportRequest(format=ExportFormat.VCARD4, selection=EVERYBODY), 1)
    assert card.count("BEGIN:VCARD") == 1


def test_keeps_the_old_file(tmp_path: Path) -> None:
    progress = Progress()
    ada = Phone("Ada Lovelace", tmp_path / "ada", progress=progress)
    lapel.rehearse_meetings(ada.book, 20, EVENT)
    progress.told.clear()
    out = tmp_path / "out"
    out.mkdir()
    path = out / "people.vcf"
    path.write_text("as it was")
    everybody = ExportRequest(format=ExportFormat.VCARD4, selection=EVERYBODY)
    progress.goes = lambda: False
    with failing(ErrorCode.CANCELLED):
        ada.book.export_to(everybody, str(path))
    progress.goes = lambda: True
    assert all(told.work == "exporting" for told in progress.told)
    nobody = ExportRequest(format=ExportFormat.VCARD4, selection=found("nobody at all"))
    with failing(ErrorCode.NOBODY_FOUND):
        ada.book.export_to(nobody, str(path))
    with failing(ErrorCode.SYSTEM_FAILED):
        ada.book.export_to(everybody, str(out / "missing" / "people.vcf"))
    assert path.read_text() == "as it was"
    assert list(out.iterdir()) == [path]
