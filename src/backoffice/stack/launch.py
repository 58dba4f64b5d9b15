"""Become another account, ask to be told when the parent dies, and run a program.

Run as a script by `processes.spawn` with `python -I -S launch.py UID GID SIGNAL PARENT PROGRAM …`,
because the same work in a forked Python with threads (`preexec_fn`) may deadlock. UID and GID are
`-` to stay who one is.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Replace this process by the program."""
    uid, gid, death_signal, parent, *program = sys.argv[1:]
    os.umask(0o077)
    if uid != "-":
        os.setgroups([int(gid)])
        os.setgid(int(gid))
        os.setuid(int(uid))
    # Changing the account clears the request, hence the order.
    if death_signal != "0" and sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit("the parent has already gone")
    os.execv(program[0], program)  # noqa: S606 - the programs come from the stack, not from outside


if __name__ == "__main__":
    main()
