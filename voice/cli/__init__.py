"""The ``hotline`` command; each subcommand is a module that is imported only when it is used."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from voice.cli.options import COMMANDS, add_options


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 1 failed, 2 wrong use."""
    parser = argparse.ArgumentParser(prog="hotline", description="A Chinese voice hotline for parcel couriers.")
    parser.add_argument("-v", "--verbose", action="store_true", help="log what happens, numbers masked")
    add_options(parser)
    options = parser.parse_args(argv)
    from voice.log import set_up_logging

    set_up_logging(verbose=options.verbose)
    module = importlib.import_module(f"voice.cli.{COMMANDS[options.command]}")
    from voice.cli.failure import one_sentence

    try:
        return int(module.run(options) or 0)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:
        sentence = one_sentence(error)
        if sentence is None:
            raise
        sys.stderr.write(f"hotline {options.command}: {sentence}\n")
        return 1


def entry() -> None:
    """Console script."""
    sys.exit(main())
