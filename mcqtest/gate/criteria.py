"""Every kind of criterion, by the name that options, findings and summary.json use."""

from __future__ import annotations

from collections.abc import Mapping

from mcqtest.gate import anchors
from mcqtest.gate.criterion import Kind
from mcqtest.gate.licences.kind import Licences

KINDS: Mapping[str, Kind] = {"licence": Licences(), "anchored": anchors.Anchors()}
