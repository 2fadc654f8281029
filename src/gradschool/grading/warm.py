"""The warm process's program: it imports, then serves."""

import json
import socket
import sys

from gradschool.startup import quick_imports


def main() -> None:
    """Serve the engine. Arguments: the descriptor of a socket that leads to it, and options."""
    control = socket.socket(fileno=int(sys.argv[1]))
    options = json.loads(sys.argv[2])
    with quick_imports():
        from gradschool.grading import zygote

        zygote.warm_client()
        if options["preload"]:
            zygote.preload()
        if options["walled"]:
            zygote.build_kernel()
    zygote.serve(control, as_root=options["as_root"])


if __name__ == "__main__":
    main()
