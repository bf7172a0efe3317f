from hypothesis import given
from hypothesis import strategies as st

from monitor.judge.listing import item_units, settle_items
from monitor.model import Item, PartKind

items = st.lists(st.integers(0, 30), unique=True, max_size=15).map(
    lambda numbers: tuple(Item(f"https://x/{n}", f"Titel {n}", f"https://x/{n}") for n in numbers)
)


def page(*names):
    return tuple(Item(f"https://x/{n}", f"Titel {n}", f"https://x/{n}") for n in names)


def kinds(old, new):
    return [(u.kind, (u.new or u.old).key[-1], u.news) for u in item_units(old, new)]


def test_a_new_entry_on_top_is_news():
    assert kinds(page("a", "b"), page("c", "a", "b")) == [(PartKind.ITEM_NEW, "c", True)]


def test_an_entry_that_moved_down_is_no_difference():
    assert kinds(page("a", "b", "c"), page("c", "a", "b")) == []


def test_the_entry_that_the_window_pushed_out_is_not_told():
    assert kinds(page("a", "b", "c"), page("n", "a", "b")) == [
        (PartKind.ITEM_NEW, "n", True),
        (PartKind.ITEM_GONE, "c", False),
    ]


def test_an_entry_taken_out_of_the_middle_is_news_and_the_one_sliding_in_is_not():
    assert kinds(page("a", "b", "c"), page("a", "c", "z")) == [
        (PartKind.ITEM_NEW, "z", False),
        (PartKind.ITEM_GONE, "b", True),
    ]


def test_a_changed_title_is_told_with_both_titles():
    old = (Item("k", "Call for experts", "k"),)
    new = (Item("k", "Call for experts (closed)", "k"),)
    (unit,) = item_units(old, new)
    assert (unit.kind, unit.old.title, unit.new.title) == (PartKind.ITEM_CHANGED, old[0].title, new[0].title)


@given(items, items)
def test_applying_every_unit_gives_the_new_list_and_none_keeps_the_old_entries(old, new):
    keys = frozenset(u.key for u in item_units(old, new))
    assert settle_items(old, new, keys) == new
    assert {i.key for i in settle_items(old, new, frozenset())} == {i.key for i in old}


@given(items, items)
def test_a_list_compared_with_itself_after_settling_has_no_difference(old, new):
    keys = frozenset(u.key for u in item_units(old, new))
    assert item_units(settle_items(old, new, keys), new) == ()


def test_a_list_with_the_oldest_first_tells_what_came_at_its_end():
    assert kinds(page("a", "b", "c"), page("b", "c", "d")) == [
        (PartKind.ITEM_NEW, "d", True),
        (PartKind.ITEM_GONE, "a", False),
    ]


def test_no_more_entries_are_pushed_out_than_came_in():
    found = kinds(page(*"abcdefgh"), page(*"nabc"))
    assert [k for k in found if k[0] is PartKind.ITEM_GONE and k[2]] != []
    assert sum(not news for _, _, news in found) <= 1


def test_an_entry_whose_address_changed_keeps_its_title_and_is_the_same():
    old = (Item("u1", "Annual report on facial recognition", "https://a/1"),)
    new = (Item("u2", "Annual report on facial recognition", "https://cdn/2"),)
    assert item_units(old, new) == ()


def test_another_document_behind_the_same_title_is_told():
    old = (Item("u1", "Annual report", "https://a/report-2025.pdf"),)
    new = (Item("u2", "Annual report", "https://a/report-2026.pdf"),)
    assert [u.kind for u in item_units(old, new)] == [PartKind.ITEM_CHANGED]
