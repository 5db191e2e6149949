"""A release's pictures, as pages show them."""

from dataclasses import replace

from pilotgraph.pictures import published_pictures
from pilotgraph.release import Release


def test_pictures_are_read_from_the_release(release: Release) -> None:
    (picture,) = published_pictures(release)
    assert (picture.name, picture.title) == ("heights", "Lamps above the sea")
    assert picture.text == release.read("views/heights.rq").decode()


def test_they_stand_in_the_order_of_the_sources(real_release: Release) -> None:
    names = [each.name for each in published_pictures(real_release)]
    assert names[0] == "sites-on-a-map"
    assert names != sorted(names)


def test_a_release_without_pictures_has_none(release: Release) -> None:
    files = {path: file for path, file in release.files.items() if path != "views.json"}
    assert published_pictures(replace(release, files=files)) == []
