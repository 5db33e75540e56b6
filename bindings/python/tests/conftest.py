from __future__ import annotations

from pathlib import Path

import pytest

from phones import Phone


@pytest.fixture
def ada(tmp_path: Path) -> Phone:
    return Phone("Ada Lovelace", tmp_path / "ada")


@pytest.fixture
def grace(tmp_path: Path) -> Phone:
    return Phone("Grace Hopper", tmp_path / "grace", event="Rust Week, hall 2")


@pytest.fixture
def alan(tmp_path: Path) -> Phone:
    return Phone("Alan Turing", tmp_path / "alan")
