"""Scores between two anchors: what chance or a poor model reaches, and a very good one."""

from mcqtest.gate.anchors.anchored import Anchored, Anchors, Part

__all__ = ["Anchored", "Anchors", "Part"]
