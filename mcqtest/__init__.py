"""mcqtest decides whether a language-model checkpoint may ship."""

__version__ = "0.1.0"
