"""English forms of answers. See `forms`."""

from __future__ import annotations

from mcqtest.answers.forms import FIT, GAP, LAST, NOUN, STOP, TO, Form, Strength

_EXPLICIT, _CONCLUSION = Strength.EXPLICIT, Strength.CONCLUSION
_FITTING = (
    "correct|right|best|closest|nearest|final|suitable|appropriate|likely|accurate|selected|chosen"
)
_LINE = r"^[ \t#>-]{0,6}(?:(?:the|final|correct|my|your) ){0,2}"
_ONLY_IF = (
    r"(?!\s{1,2}(?:(?:choice|answer|option)\s{1,2})?(?:only\s{1,2})?(?:if|when|unless|for)\b)"
)
_IS = (
    r"(?:is|must\sbe|would\sbe|(?:appears|seems)\sto\sbe|seems)\s{1,2}"
    r"(?:(?:therefore|thus|also|clearly|indeed|the|most|only|likely|a)\s{1,2}){0,4}"
)
_OPTION = r"(?:(?:option|choice|answer|letter)\s{1,2})?"
_PICK = (
    r"(?:select|choose|chose|pick|go\s{1,3}with|going\s{1,3}with|opt\s{1,3}for|settle\s{1,3}on|"
    r"guess|bet\s{1,3}on|vote\s{1,3}for|say|think|believe)"
)

EXPLICIT = (
    Form(
        "The answer is (B)",
        "en",
        _EXPLICIT,
        "answer|ans|verdict|correction",
        rf"(?:answers?(?:_letter)?|ans|verdict|correction){GAP}{TO}@",
    ),
    Form("Answer (B)", "en", _EXPLICIT, "answer", r"answer(?:\s{1,3}(?=[(\[])|>)@"),
    Form("Answer\nB", "en", _EXPLICIT, "answer", r"answer[ \t]{0,3}$@", before=_LINE),
    Form(
        "ANSWER B",
        "en",
        _EXPLICIT,
        "answer",
        rf"answer[ \t]{{1,3}}@(?:{LAST}|[)\]]?[.]?[ \t]{{0,3}}$)",
        "capital",
        _LINE,
    ),
    Form(
        "Ans - B",
        "en",
        _EXPLICIT,
        "ans",
        rf"(?:ans(?:wer)?\s?[-\u2013\u2014]|ans\.)\s?@{STOP}",
        "capital",
    ),
    Form("The best option is (B)", "en", _EXPLICIT, _FITTING, rf"{FIT}\s{{1,3}}{NOUN}{GAP}{TO}@"),
    Form(
        "Correct: B", "en", _EXPLICIT, _FITTING, rf"(?<!is )(?<!are )(?<!be )(?<!also ){FIT}{TO}@"
    ),
    Form(
        "The option that fits is B",
        "en",
        _EXPLICIT,
        "option|choice",
        rf"(?<!each )(?<!every )(?:option|choice){GAP}\s{{0,3}}\b(?:is|be)\b@",
    ),
    Form(
        "Key: B",
        "en",
        _EXPLICIT,
        "key|solution|output|selection|selected|pick|choice|guess|prediction|decision|result|response|"
        "conclusion|tl;dr|tldr|bottom line|in short",
        r"(?:key|solution|output|selection|selected|pick|choice|guess|prediction|decision|result|"
        rf"response|conclusion|tl;dr|tldr|bottom\sline|in\sshort)(?:\s{{0,2}}[:=\u2192]|\s[-\u2013\u2014])\s{{0,3}}@{STOP}",
        "ending",
        r"^[ \t#>-]{0,6}(?:[a-z]{1,12} ){0,3}",
    ),
    Form(
        "B is the right answer",
        "en",
        _EXPLICIT,
        "is the right|is the correct|is the best|is the answer|is my answer|is our answer",
        r"@is\s(?:the\s{1,2}(?:right|correct|best)\s{1,2}(?:choice|answer|option)|(?:the|my|our)\s"
        rf"answer)\b{_ONLY_IF}",
        "capital",
    ),
    Form(
        "I choose B",
        "en",
        _EXPLICIT,
        "select|choose|chose|pick|go|opt |settle|guess|bet|vote|say|think|believe",
        rf"{_PICK}\s{{1,3}}{_OPTION}@{STOP}",
        "ending",
        r"(?:\b(?:i|we|i'll|we'll|would|will|i'd|we'd|i'm|let's|let us|to|should|must|can)[ ,]{1,2}"
        r"|\A|\n|[.:]\s)",
    ),
    Form(
        "It should be B",
        "en",
        _EXPLICIT,
        "should be|wait|actually|scratch that|change|switch",
        r"(?:should\s{1,3}be\s{1,3}|wait[,:]?\s{1,3}|actually[ ,]{1,2}(?:it(?:\sis|'s)\s)?"
        r"|scratch\sthat,?\s|(?:change|switch)\s(?:(?:my|the)\s)?(?:(?:answer|choice)\s)?to\s{1,2})"
        rf"@{STOP}",
        "capital",
        r"(?:\b(?:it|that|this)\s{1,3}(?:is\s)?|[^a-z\s]\s{0,3}|\n|\A|no |i |i'll )",
        is_certain=True,
    ),
)
"""It says that it answers."""

CONCLUSIONS = (
    Form(
        "which corresponds to option B",
        "en",
        _EXPLICIT,
        "answer|option|choice|letter",
        r"(?:answer|option|choice|letter)(?=\s{1,3}[^\s])@",
        "letter",
        r"\b(?:correspond(?:s|ing)?|match(?:es|ing)?|equivalent|select|choose|chose|pick|"
        r"go(?:ing)?\s{1,3}with|opt(?:ing)?\s{1,3}for|closest|nearest|gives?|leaves?|"
        r"which\s{1,3}is|therefore|thus|hence|so|conclude)\b"
        r"(?:\s{0,3}(?:\b(?:to|with|that|is|it|the|us|only|closest|correct|best|be|must|it's)\b|,))"
        r"{0,5}?\s{1,3}",
    ),
    Form(
        "Option B is correct",
        "en",
        _CONCLUSION,
        "option|choice|answer",
        rf"(?:option|choice|answer)\s{{1,2}}@[)\"'\]]{{0,2}}\s{{1,2}}{_IS}"
        r"(?:correct|right|best|closest|appropriate|accurate|suitable|answer|true\s{1,2}answer)\b"
        rf"{_ONLY_IF}",
        "plain",
    ),
    Form(
        "Therefore B.",
        "en",
        _CONCLUSION,
        "so|therefore|thus|hence|elimination|clearly|obviously",
        r"(?:so(?! i\b)|therefore|thus|hence|elimination|clearly|obviously)[ ,:]{1,2}"
        r"(?:it(?:\s{1,3}is|'s)\s{1,3}|"
        rf"{_PICK}\s{{1,3}})?@{STOP}",
        "ending",
    ),
    Form(
        "All are true except B",
        "en",
        _CONCLUSION,
        "except|but|exception is",
        rf"(?:exception\sis|except(?:\sfor)?|but)\s{{1,2}}(?:statement\s)?{_OPTION}@(?:{STOP}|\sis\strue)",
        "capital",
        r"(?:\b(?:all|every\w{0,5})\b[^.\n]{0,50}|\bthe\s(?:only\s)?)",
    ),
    Form(
        "That leaves B",
        "en",
        _CONCLUSION,
        "leaves|leaving|left with|remains",
        r"(?:leaves|leaving|left\swith|remains)\s{1,3}(?:(?:us|me|with|only|just)\s{1,2}){0,3}"
        rf"{_OPTION}@{STOP}",
        "capital",
    ),
    Form(
        "Only (B) satisfies all conditions",
        "en",
        _CONCLUSION,
        "only",
        rf"only\s{{1,2}}(?:statement\s)?{_OPTION}@[)\"'\]]{{0,2}}\s{{1,2}}(?:satisf|hold|fit|work|match|"
        r"meet|remain|qualif|makes\ssense|appl|is\s(?:correct|right|true|possible|valid|consistent|"
        r"left|plausible))",
        "capital",
    ),
    Form("B it is.", "en", _CONCLUSION, "it is", r"@it\sis\s{0,2}(?:[.!]|\n|\Z)", "capital"),
    Form(
        "Most likely B.",
        "en",
        _CONCLUSION,
        "likely|probably|guess|definitely|must be|has to be|have to be|got to be|gotta be|"
        "can only be",
        r"(?:likely|probably|guess(?:\sis|\swould\sbe)?|definitely|"
        r"(?:must|has\sto|have\sto|got\sto|gotta|can\sonly)"
        rf"\sbe)[ :,]{{1,3}}{_OPTION}@{STOP}",
        "capital",
        r"(?:(?:\b(?:it|it's|that|that's|this|so|best|my|answer|most|very|which)\s{1,2}){1,2}|[.!\n]\s{0,3}|\A)",
    ),
    Form(
        "This is option (B).",
        "en",
        _CONCLUSION,
        "option|choice",
        rf"(?:option|choice)\s{{1,2}}@{STOP}",
        "letter",
        r"(?:\b(?:(?:this|that|it|which|hence|answer)\s(?:is|was|would\sbe|must\sbe|equals)|namely)"
        r"|\bi\.e\.,?|\bthat\sis,|=)\s{1,2}(?:the\s)?",
    ),
    Form(
        "24 cm (option B)",
        "en",
        _CONCLUSION,
        "(option|(choice|(answer",
        r"\((?:option|choice|answer)\s{1,2}@\s?\)[ .!]{0,3}(?:\n|\Z)",
        "plain",
    ),
    Form(
        "The answer is 24 cm (B).",
        "en",
        _CONCLUSION,
        "(",
        r"\(@\)\s{0,2}[.!]?\s{0,2}(?:\n|\Z)",
        "plain",
        r"\banswer\b(?:(?!\bnot\b|n't)[^.\n()]){1,50}",
    ),
    Form(
        "The statement that is FALSE is B.",
        "en",
        _CONCLUSION,
        "statement|claim|sentence|assertion|item|argument|pair|example|term|phrase|description|one",
        r"(?:statement|claim|sentence|assertion|item|argument|pair|example|term|phrase|description|one)"
        rf"\b[^.\n]{{0,60}}?\b(?:is|be)(?:\sonly)?:?\s{{1,3}}(?:statement\s)?{_OPTION}"
        rf"(?=[\"'(\[]{{0,2}}[a-z](?![a-z0-9]))@{STOP}",
        "capital",
    ),
    Form(
        "the name of the organelle is: B. Ribosomes",
        "en",
        _CONCLUSION,
        "",
        "@",
        "known",
        r"(?:\b(?:is|are|be|choose|pick|select|leaves)|[:\u2192])[: ]{0,2}\s{0,3}"
        r"(?:option\s{1,2}|choice\s{1,2})?[(\"']{0,2}",
    ),
    Form(
        "Seat of government \u2192 B",
        "en",
        _CONCLUSION,
        "\u2192|=>|->",
        rf"(?:\u2192|[=-]{{1,2}}>)\s{{0,3}}@{LAST}",
        "capital",
        r"(?:\A|\n|[a-z]{3,20}[.)]?)\s{0,3}-?",
    ),
    Form(
        "not A but B",
        "en",
        _CONCLUSION,
        "not ",
        rf"not\s{{1,2}}{_OPTION}\(?[a-z]\)?,?\s{{1,2}}but\s{{1,2}}(?:rather\s|instead\s)?{_OPTION}@{STOP}",
        "capital",
    ),
    Form(
        "It is B.",
        "en",
        _CONCLUSION,
        "it's|it is|es ist|c'est",
        rf"(?:it's|it\sis|es\sist|c'est)\s{{1,2}}{_OPTION}@{STOP}",
        "ending",
        r"(?:\A|[.!?\n:,;\u2013\u2014]\s{0,3}|\b(?:so|think|believe|guess|say|therefore|thus|hence|that)\s)",
    ),
    Form(
        "Thus option B holds.",
        "en",
        _CONCLUSION,
        "option|choice",
        r"(?:option|choice)\s{1,2}@[)\"'\]]{0,2}\s{1,2}(?:holds|applies|fits|follows|works|remains|wins|"
        r"it\sis|is\sit)\b[^.\n]{0,40}(?:[.!]|\n|\Z)",
        "plain",
        r"\b(?:so|therefore|thus|hence|consequently|only),?\s{1,2}",
    ),
    Form(
        "The incorrect statement is B",
        "en",
        _CONCLUSION,
        "incorrect|false|wrong|untrue",
        r"(?:incorrect|false|wrong|untrue)\s{1,2}(?:statement|claim|sentence|assertion|one|description|pair)"
        rf"(?:\s{{1,2}}is|\s?:)\s{{1,2}}{_OPTION}@{STOP}",
        "capital",
        r"(?:\A|[.!?\n,:;>]\s{0,3}|\b(?:the|only|so|therefore|thus|hence)\s)",
        is_certain=True,
    ),
    Form(
        "B is the best fit",
        "en",
        _CONCLUSION,
        "is |seems|appears|fits|looks",
        r"@(?:fits\sbest|(?:is|seems|appears|looks)\s(?:to\sbe\s)?(?:(?:the\s)?(?:most|best|closest)|the\s"
        rf"(?:only(?!\s(?:wrong|incorrect|false))|exception)|correct|right)\b){_ONLY_IF}",
        "capital",
        r"(?:\A|[.!?\n,:;]\s{0,3}|\b(?:so|therefore|thus|hence|that|option|choice|answer|statement|but)\s)",
    ),
)
"""What an argument comes to."""
