import pytest

from campaign.cells import guard, make_inert, unguard

CELLS = [
    "",
    "Ayesha",
    "=1+1",
    "'=1+1",
    "''=1+1",
    "'",
    "O'Hara",
    "'quoted'",
    " =x",
    "+92 300",
    "＝x",
    "-",
    "@a",
    "\t=x",
]


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_guarded_is_inert_and_read_back_exactly(cell: str) -> None:
    assert make_inert(guard(cell)) == guard(cell)
    assert unguard(guard(cell)) == cell
