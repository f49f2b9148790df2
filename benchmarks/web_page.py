"""How fast the paint page follows the brush, in Chromium.

    make .node/.installed
    python -m oasis_tf export web --run RUN --out SITE
    python -m benchmarks.web_page SITE [--strokes 100] [--chromium chromium]

Prints milliseconds from a pen's touch to the drawn picture on wasm with 1 and 2 threads, until the
first picture of a first visit and of a reload, and the bytes of the page without network and wasm.
"""

import argparse
import json
import shutil
import statistics
import subprocess
from pathlib import Path

from benchmarks.machine import print_machine

PAGE = Path(__file__).parents[1] / "export" / "web" / "page"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("site", type=Path, help="folder that export web wrote")
    parser.add_argument("--strokes", type=int, default=100)
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    arguments = parser.parse_args()
    print_machine()
    own = [path for path in PAGE.iterdir() if path.name != "README.md"]
    print(f"page: {sum(path.stat().st_size for path in own) / 1e3:.0f} kB in {len(own)} files")
    program = Path(__file__).with_suffix(".mjs")
    command = ["node", program, arguments.site.resolve(), arguments.chromium, arguments.strokes]
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"The page could not be measured: {done.stderr.strip()[-1000:]}")
    for line in done.stdout.splitlines():
        found = json.loads(line)
        median = statistics.median(found["times"])
        last = statistics.quantiles(found["times"], n=20)[-1]
        print(
            f"wasm, {found['threads']} thread(s): {median:.0f} ms median, {last:.0f} ms 95th "
            f"percentile; first picture {found['first']:.0f} ms, after a reload "
            f"{found['reloaded']:.0f} ms"
        )


if __name__ == "__main__":
    main()
