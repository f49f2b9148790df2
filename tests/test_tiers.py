from pathlib import Path

from tiers import LONGEST


def test_the_files_that_run_first_exist():
    tests = Path(__file__).parent
    assert [name for name in LONGEST if not (tests / name).is_file()] == []
