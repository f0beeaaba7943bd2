"""Backends: each runs requests on one kind of model, and alone imports its library."""

from mcqtest.backends.batch import custom_id
from mcqtest.backends.checkpoint import Checkpoint, cuda_devices, installed
from mcqtest.backends.choice import (
    OURS,
    about,
    check,
    cost,
    find,
    load,
    probe,
    recorded,
    sampling,
    setup,
    size,
    template,
    vouched,
)
from mcqtest.backends.cores import allowed_cores
from mcqtest.backends.kind import Kind, Model
from mcqtest.backends.openai.place import is_url, what_instead
from mcqtest.backends.setup import REVISION, Setup, dtype
from mcqtest.backends.templates import ChatTemplate

__all__ = [
    "OURS",
    "REVISION",
    "ChatTemplate",
    "Checkpoint",
    "Kind",
    "Model",
    "Setup",
    "about",
    "allowed_cores",
    "check",
    "cost",
    "cuda_devices",
    "custom_id",
    "dtype",
    "find",
    "installed",
    "is_url",
    "load",
    "probe",
    "recorded",
    "sampling",
    "setup",
    "size",
    "template",
    "vouched",
    "what_instead",
]
