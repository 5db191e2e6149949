"""What file hosts read to send the right headers: Apache, Netlify and Cloudflare Pages, GitHub Pages, S3.

A host that reads none of it still shows every page, whose policy stands in the page too.
"""

import json
import re
from collections.abc import Iterable
from textwrap import dedent

from pilotgraph.export.twin import policy_of
from pilotgraph.formats import RDF_FORMATS, TURTLE
from pilotgraph.release import CHECKSUMS, FILE_TYPES, TABLE_METADATA, content_type
from pilotgraph.responses import ALWAYS, CACHED, FOR_EVER, FOR_PAGES, HTML

VOID = ".well-known/void"
_TURTLE = content_type(TURTLE.media_type)
_PLAIN = content_type(FILE_TYPES[""].media_type)
# The types by how names end; those of what is in no release but on the site come last.
TYPES = {suffix: content_type(each.media_type) for suffix, each in FILE_TYPES.items() if suffix} | {
    ".css": content_type("text/css"),
    ".html": content_type(HTML.media_type),
    ".js": content_type("text/javascript"),
    ".txt": _PLAIN,
    ".wasm": "application/wasm",
    ".xml": "application/xml",
}


def headers() -> dict[str, str]:
    """The headers of every file: those of the server, with the most that any page may do."""
    every = {name: value for name, value in (ALWAYS | FOR_PAGES).items() if name != "Vary"}
    return every | {"Content-Security-Policy": policy_of(scripts=True, meta=False)}


def host_files(versions: Iterable[str], prefix: str, root: str) -> dict[str, bytes]:
    """The files that hosts read, by path.

    :param versions: of the releases whose files are there: these never change.
    :param prefix: the path below which the host shows the export.
    :param root: the URL of the site, for people.
    """
    kept = sorted(versions)
    written = {
        ".htaccess": _apache(prefix),
        ".nojekyll": "",
        "README.txt": _readme(root),
        "_headers": _pages(prefix),
        "s3-metadata.json": _s3(kept),
    }
    return {name: text.encode() for name, text in written.items()}


def _pages(prefix: str) -> str:
    """`_headers` of Netlify and Cloudflare Pages, which join the values of a header that two rules give.

    So no two may fit: metadata of tables stay JSON, which they are too, and no rule is for all below a
    release, whose page is there too.
    """
    types = {suffix: media_type for suffix, media_type in TYPES.items() if suffix != TABLE_METADATA}
    kept = [*(f"*{suffix}" for suffix in FILE_TYPES if suffix in types), CHECKSUMS]
    rules = {f"{prefix}/*": headers()}
    rules |= {f"{prefix}/releases/:version/{name}": {"Cache-Control": FOR_EVER} for name in kept}
    rules |= {f"{prefix}/*{suffix}": {"Content-Type": media_type} for suffix, media_type in types.items()}
    rules[f"{prefix}/{VOID}"] = {"Content-Type": _TURTLE}
    return "".join(
        f"{path}\n" + "".join(f"  {name}: {value}\n" for name, value in given.items())
        for path, given in rules.items()
    )


def _apache(prefix: str) -> str:
    """`.htaccess`: types, headers, addresses without a suffix, and IRIs by `Accept`."""
    types = "\n".join(
        f'AddType "{media_type}" {suffix}' for suffix, media_type in TYPES.items() if suffix != TABLE_METADATA
    )
    sent = "\n".join(f'  Header always set {name} "{value}"' for name, value in headers().items())
    forms = "\n".join(
        f"  RewriteCond %{{HTTP_ACCEPT}} {form.media_type.replace('+', '[+]')}\n"
        "  RewriteCond %{REQUEST_URI} ^(.*?)/(?:id|doc)/(.+?)/?$\n"
        f"  RewriteRule ^(?:id/.|doc/[^.]+$) %1/doc/%2{form.suffix} [R=303,L]"
        for form in RDF_FORMATS
    )
    return f"""\
# Written by `pilotgraph export`: what Apache needs to send these files as the server of the site would.
DirectoryIndex index.html
ErrorDocument 404 {prefix}/404.html
RemoveEncoding .gz
{types}
<FilesMatch "^void$">
  ForceType "{_TURTLE}"
</FilesMatch>
<FilesMatch "^{CHECKSUMS}$">
  ForceType "{_PLAIN}"
</FilesMatch>
<FilesMatch "{re.escape(TABLE_METADATA)}$">
  ForceType "{TYPES[TABLE_METADATA]}"
</FilesMatch>

<IfModule mod_headers.c>
{sent}
  # The files of a release never change; its pages may.
  SetEnvIf Request_URI "/releases/[^/]+/.+(?<!\\.html)$" kept
  Header set Cache-Control "{FOR_EVER}" env=kept
  Header set Cache-Control "{CACHED}" env=!kept
  SetEnvIf Request_URI "/(id|doc)/" varies
  Header always merge Vary Accept env=varies
</IfModule>

<IfModule mod_rewrite.c>
  RewriteEngine On
  # /browse is a page, though there is a directory too.
  RewriteOptions AllowNoSlash
  DirectorySlash Off
  # A thing leads to its document: to RDF if that is asked for and a page is not.
  RewriteCond %{{HTTP_ACCEPT}} text/html|application/xhtml
  RewriteRule ^(?:id/.|doc/[^.]+$) - [S={len(RDF_FORMATS)}]
{forms}
  RewriteCond %{{REQUEST_URI}} ^(.*?)/id/(.+?)/?$
  RewriteCond %{{DOCUMENT_ROOT}}%1/doc/%2.html -f
  RewriteRule ^id/. %1/doc/%2.html [R=303,L]
  # Addresses without a suffix.
  RewriteCond %{{REQUEST_FILENAME}}.html -f
  RewriteRule ^(.*[^/])$ $1.html [L]
  RewriteCond %{{REQUEST_FILENAME}} -d
  RewriteRule [^/]$ %{{REQUEST_URI}}/ [R=301,L]
</IfModule>
"""


def _s3(versions: Iterable[str]) -> str:
    """What each object needs, in the words of the S3 API; of patterns that match a key, the last counts."""
    rules = [{"pattern": "*", "CacheControl": CACHED}]
    rules += [{"pattern": f"*{suffix}", "ContentType": media_type} for suffix, media_type in TYPES.items()]
    rules.append({"pattern": VOID, "ContentType": _TURTLE})
    rules += [{"pattern": f"releases/{version}/*", "CacheControl": FOR_EVER} for version in versions]
    rules.append({"pattern": f"releases/*{HTML.suffix}", "CacheControl": CACHED})  # pages may change
    cors = [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "HEAD"], "AllowedHeaders": ["*"]}]
    website = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "404.html"}}
    told = {"metadata": rules, "cors": {"CORSRules": cors}, "website": website}
    return json.dumps(told, indent=2) + "\n"


def _readme(root: str) -> str:
    return dedent(f"""\
        The site of {root}/ as files, written by `pilotgraph export`.

        Any file host can show it. To look at it here, run `python3 -m http.server` and open
        http://127.0.0.1:8000/. Pages link to each other by relative links. Only 404.html and files for hosts
        name the path below which the site is shown: if that is not the root of the host, say so to
        `pilotgraph export` with --public-url.

        What hosts read:

          .htaccess         Apache with mod_rewrite and mod_headers; it leads from IRIs by Accept
          _headers          Netlify and Cloudflare Pages
          .nojekyll         GitHub Pages, which sends its own headers; 404.html is its error page
          s3-metadata.json  nothing by itself: it says what to give S3. `metadata` has patterns of keys with
                            the ContentType and the CacheControl that their objects need, to be given as
                            `aws s3 cp . s3://BUCKET --recursive --exclude "*" --include PATTERN
                            --content-type TYPE --cache-control VALUE`; `cors` is for `aws s3api
                            put-bucket-cors`, `website` for `aws s3api put-bucket-website`

        An address of the site has its page here with the suffix .html, and its data with theirs; an address
        without a suffix leads there. What an address asks for after a question mark is a file too, for the
        lists that pages lead to. sparql.html answers queries in the browser, from releases/.
        export.json says which release this is, and lists all files, so that a newer export can replace
        them. It does not if there are others, such as those of Git: keep these elsewhere.
        """)
