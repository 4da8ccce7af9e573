"""A file that is put in place durably."""

from clew.ground import durable


def test_a_file_takes_the_place_of_another_and_nothing_stays_aside(tmp_path):
    path, aside = tmp_path / "list", tmp_path / "list.new"
    path.write_text("old")
    aside.write_text("new")
    durable.replace(aside, path)
    assert [each.name for each in tmp_path.iterdir()] == ["list"]
    assert path.read_text() == "new"
