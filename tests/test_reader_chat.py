"""What chat models write, and what a careful person reads in it: pinned, one by one."""

# ruff: noqa: E501, RUF001 - as models write

import pytest

from mcqtest.answers import read

SAID = [
    ("The answer is (G).\n\nNote: a common wrong answer is A.", 6),
    ("Answer: C\nThe wrong answer is A.", 2),
    ("Answer: C\nA common mistake is to think the answer is A.", 2),
    ("Answer: C. If the question asked about France, the answer would be A.", 2),
    ("Answer: C\nOption A would be correct if x<0", 2),
    ("Answer: C\nOption A is the best choice when x<0, but here x>0.", 2),
    ("Answer: C\nLet me verify: could the answer be A? No.", 2),
    ("The answer is (C) because option (B) is correct only when x>0.", 2),
    ("The final answer is $I \\approx 3.2$ A.", None),
    ("$E \\approx 3.2$", None),
    ("The answer is A. Wait, actually, that is wrong. It should be B.", 1),
    ("The answer is A... no wait, B.", 1),
    ("Answer: A\n\nCorrection: B", 1),
    ("Many people think the answer is A. However, B is the right choice.", 1),
    ("I don't think the answer is A.", None),
    ("It is unlikely that the answer is A.", None),
    ("Option B is correct only if x > 0, so the answer is C.", 2),
    (
        "A first guess would be that the answer is (B). But if we include friction, the answer is (C).",
        2,
    ),
    ("Assuming ideal gas behavior, the answer is (C).", 2),
    ("◁think▷ the answer is A ◁/think▷ C", 2),
    ("<scratchpad>answer is A</scratchpad>B", 1),
    ('{"final_answer": "B"}', 1),
    ('{"answer_letter":"B"}', 1),
    ('{"choice":"B"}', 1),
    ('{"correct_option":"C"}', 2),
    ("<final_answer>C</final_answer>", 2),
    ("Final verdict: [[C]]", 2),
    ("\\boxed{\\text{Option C}}", 2),
    ("### Final Answer\n\n**C. Rome**", 2),
    ("Answer:\n- C", 2),
    ("Answer: • C", 2),
    ("Answer: _C_", 2),
    ("Answer: <b>C</b>", 2),
    ("Answer: ~~A~~ **B**", 1),
    ("Ans: C", 2),
    ("The answer → **C**", 2),
    ("Selected option: C", 2),
    ("The answer is C, A and B are wrong.", 2),
    ("The answer is C; A and B are wrong.", 2),
    ("La respuesta correcta es la C.", 2),
    ("La réponse correcte est la C.", 2),
    ("所以选C。", 2),
    ("因此，正确选项为C。", 2),
    ("Правильный вариант: C", 2),
    ("I initially thought the answer is A, but it is actually B.", 1),
    ("The answer is (A).\n(B) is wrong since x > 0.", 0),
    ("The answer is:\nA. 411\nH. 435", None),
    ("The best plan would be to (H).", 7),
    ("The incorrect statement is (B).", 1),
]


@pytest.mark.parametrize(("text", "answer"), SAID, ids=[text for text, _ in SAID])
def test_what_is_said(text, answer):
    """Corrections and side remarks, conditions, variables, markup, JSON, other languages."""
    assert read(text) == answer
