"""The program that `draw` runs: specs on standard input -> pictures, a line of JSON each, on standard output.

It draws until something goes wrong.  Memory and time are bounded, and nothing may be fetched.
"""

import json
import resource
import sys

import vl_convert

_MEMORY_BYTES = 1_000_000_000
# Of processor time, for all pictures together; twelve of ours take two and a half.
_SECONDS = 60
_VERSION = "6.4"


def main() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for spec, config in json.load(sys.stdin):
        try:
            svg = vl_convert.vegalite_to_svg(
                json.dumps(spec), vl_version=_VERSION, config=config, allowed_base_urls=[]
            )
        except ValueError as error:
            said = str(error).removeprefix("Vega-Lite to SVG conversion failed:\n").partition("\n")[0]
            print(json.dumps({"wrong": f"this cannot be drawn: {said}"}), flush=True)
            return
        print(json.dumps({"svg": svg}), flush=True)


if __name__ == "__main__":
    main()
