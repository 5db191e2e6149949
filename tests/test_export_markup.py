"""The links of a page, read and written anew."""

import pytest

from pilotgraph.export.markup import links, relink

PAGE = """<!doctype html>
<!-- <a href="/comment">no link</a> -->
<link rel=stylesheet href="/static/style.css?1">
<script type="application/ld+json">{"a": "<a href='/data'>"}</script>
<p title="a > b &amp; c">x &lt; y &#39; <a class="k" href="/a?b=1&amp;c=2" hidden>one</a><br>
<svg viewBox="0 0 1 1"><a href="/deep"><text x="1">t</text></a></svg>
<picture><source srcset="/dark.svg" media="(prefers-color-scheme: dark)">
<img src="/light.svg" alt="a &quot;b&quot;"></picture>
<form action="/search"><textarea><a href="/text"></textarea></form>\u2028<a href="#here">h</a>
"""
FOUND = ["/static/style.css?1", "/a?b=1&c=2", "/deep", "/dark.svg", "/light.svg", "/search"]


def test_links_are_what_browsers_follow() -> None:
    assert [each for each in links(PAGE) if each not in ("#here", "/text")] == FOUND


def test_nothing_else_changes() -> None:
    assert relink(PAGE, lambda link: link) == PAGE
    changed = relink(PAGE, lambda link: f"<&{link}" if link == "/deep" else link)
    assert changed == PAGE.replace('href="/deep"', 'href="&lt;&amp;/deep"')


@pytest.mark.parametrize("link", FOUND)
def test_a_link_is_written_anew(link: str) -> None:
    changed = relink(PAGE, lambda each: "new" if each == link else each)
    assert [each if each != "new" else link for each in links(changed)] == links(PAGE)
    assert "new" in links(changed)
