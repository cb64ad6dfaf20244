"""Runs Typst in a process that ends: its fonts take 15 MB, which each worker would keep for good.

Reads what to set as JSON from standard input and writes the file to standard output. What Typst
has to say against it goes to standard error, and the exit code is 1.
"""

import json
import sys

import typst


def main() -> int:
    order = json.load(sys.stdin)
    try:
        made = typst.compile(order["template"], sys_inputs=order["inputs"], **order["options"])
    except typst.TypstError as error:
        sys.stderr.write(str(error))
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
