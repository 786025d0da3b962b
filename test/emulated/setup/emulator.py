"""Runs the emulator until standard input ends, so that it never outlives whoever started it, however that one ends."""

import os
import sys
import threading

from ministack.app import main


def end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_input, daemon=True).start()
sys.argv = sys.argv[:1]
main()
