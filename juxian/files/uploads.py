"""What arrives while it arrives."""

from contextlib import suppress

from django.core.files.uploadhandler import TemporaryFileUploadHandler


class TidyUploadHandler(TemporaryFileUploadHandler):
    """Django's handler, which also removes its temporary file at once when the disk is full, and not some time later."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a chunk; OSError where it finds no room."""
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError:
            with suppress(OSError):  # what still waits to be written finds no room either
                self.file.close()
            raise
