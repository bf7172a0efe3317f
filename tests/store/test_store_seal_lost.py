"""A key file that a power failure or a full disk left empty."""

from monitor.store import Seal


def test_an_empty_one_is_made_anew_and_then_stays(tmp_path):
    database = tmp_path / "monitor.sqlite3"
    Seal(database).path.touch()
    made = Seal(database).made()
    assert len(made) == 64
    assert Seal(database).read() == Seal(database).made() == made
    assert [path.name for path in tmp_path.iterdir()] == ["monitor.sqlite3.key"]
