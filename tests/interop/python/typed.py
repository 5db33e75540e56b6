"""Runs a program that asks for a passphrase at its terminal, and types it whenever it is asked.

    run typed.py PASSPHRASE COMMAND …      prints what stood on the terminal, and ends as the command ended
"""

import os
import pty
import re
import sys

passphrase, command = sys.argv[1], sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)

shown, answered = b"", 0
while True:
    try:
        read = os.read(terminal, 1024)
    except OSError:  # How Linux says that nobody has the terminal open any more.
        break
    if not read:
        break
    shown += read
    # A line that waits: "Enter passphrase: ", "Confirm passphrase: ".
    if re.search(rb"passphrase[^\n]*: $", shown[answered:], re.IGNORECASE):
        os.write(terminal, passphrase.encode() + b"\n")
        answered = len(shown)
_, status = os.waitpid(child, 0)
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(status))
