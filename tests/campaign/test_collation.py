from hypothesis import given
from hypothesis import strategies as st

from campaign.collation import KEY_LENGTH, TAIL_LENGTH, in_order_of, name_key, prefix_range, unique_key

names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)


def test_case_and_accents_do_not_count() -> None:
    assert name_key("Élodie") == name_key("elodie")
    assert name_key("Elodie") != name_key("Elodia")


def test_scripts_stand_apart_and_each_in_its_order() -> None:
    shuffled = ["بلال", "Zoë", "Яна", "آمنہ", "adam", "李", "Ágnes"]
    assert sorted(shuffled, key=name_key) == ["adam", "Ágnes", "Zoë", "Яна", "آمنہ", "بلال", "李"]


@given(names)
def test_a_key_is_never_longer_than_its_column(name: str) -> None:
    assert len(unique_key(name)) <= KEY_LENGTH + 1 + TAIL_LENGTH <= 160


def test_two_of_one_name_have_different_keys_side_by_side() -> None:
    one, two, other = unique_key("Ada"), unique_key("Ada"), unique_key("Adb")
    assert one != two
    assert max(one, two) < other


def test_names_are_found_by_their_beginning() -> None:
    low, high = prefix_range("éli")
    found = [name for name in ("Elias", "ÉLISE", "Ella", "El", "Eliza") if low <= unique_key(name) < high]
    assert found == ["Elias", "ÉLISE", "Eliza"]


def test_a_beginning_in_urdu_is_found() -> None:
    low, high = prefix_range("آم")
    assert low <= unique_key("آمنہ خان") < high
    assert not low <= unique_key("بلال") < high


def test_a_name_in_two_scripts_is_found_by_its_first_letters() -> None:
    names = {"ア": "ア川", "カ": "カ国", "한": "한国", "Ali": "Aliعلی"}
    for start, name in names.items():
        low, high = prefix_range(start)
        assert low <= unique_key(name) < high, name


def test_readers_get_the_order_of_their_language() -> None:
    rows = ["Örebro", "Zürich", "Oslo"]
    assert in_order_of("de", rows, str) == ["Örebro", "Oslo", "Zürich"]
    assert in_order_of("sv", rows, str) == ["Oslo", "Zürich", "Örebro"]
