"""Apache, as hosts run it: with what a directory's `.htaccess` says."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

needs_apache = pytest.mark.skipif(
    not shutil.which("apache2") and not os.environ.get("CI"), reason="there is no Apache"
)
_MODULES = ("mpm_event", "authz_core", "rewrite", "headers")
_CONFIGURATION = """\
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog {folder}/errors
{modules}
DocumentRoot {folder}/www
<Directory {folder}/www>
AllowOverride All
Require all granted
</Directory>
"""


@contextmanager
def apache(fill: Callable[[Path], object], modules: Iterable[str] = (), settings: str = "") -> Iterator[int]:
    """Run Apache on a directory that `fill` makes and fills; gives its port.

    :param modules: that the rules there need, beside those for redirects and headers.
    """
    with TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)  # Apache's children can read the place, whoever they are
        fill(folder / "www")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        loaded = "\n".join(
            f"LoadModule {each}_module /usr/lib/apache2/modules/mod_{each}.so"
            for each in (*_MODULES, *modules)
        )
        configured = _CONFIGURATION.format(folder=folder, port=port, modules=loaded) + settings
        (folder / "conf").write_text(configured, encoding="utf-8")
        with subprocess.Popen(["apache2", "-D", "FOREGROUND", "-f", str(folder / "conf")]) as server:
            try:
                _wait(server, port)
                yield port
            finally:
                server.terminate()


def _wait(server: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + 30
    while server.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("Apache does not listen")
