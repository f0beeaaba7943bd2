"""One file per benchmark; `pytest --pyargs mcqtest.benchmarks` finds them in the wheel."""
