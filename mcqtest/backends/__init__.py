"""Backends: each runs requests on one kind of model, and alone imports its library."""

from mcqtest.backends.checkpoint import Checkpoint, cuda_devices, installed
from mcqtest.backends.choice import find, found, load, setup
from mcqtest.backends.recording import Recording
from mcqtest.backends.replay import is_strict
from mcqtest.backends.setup import REVISION, Model, Setup

__all__ = [
    "REVISION",
    "Checkpoint",
    "Model",
    "Recording",
    "Setup",
    "cuda_devices",
    "find",
    "found",
    "installed",
    "is_strict",
    "load",
    "setup",
]
