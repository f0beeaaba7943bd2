"""Licences: whether scores pass a professional examination, and why one was lost."""

from mcqtest.gate.licences.licence import Licence
from mcqtest.gate.licences.marks import Marks, Rules, Subject

__all__ = ["Licence", "Marks", "Rules", "Subject"]
