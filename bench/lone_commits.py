"""The server as it is, but with a commit for each write: what its group commit is measured by."""

from server_stub.__main__ import main
from server_stub.storage import writer

if __name__ == "__main__":
    writer._GROUP_SECONDS = 0.0
    raise SystemExit(main())
