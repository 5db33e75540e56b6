"""QR codes in picture files: one that we draw, and one that we read (section "Encodings", QR text)."""

from io import BytesIO
from pathlib import Path

import cv2
import numpy
import segno
import zxingcpp

from . import digits
from .book import replace_file


class Screen:
    """A picture file with one code in it, which is always a whole picture."""

    SCALE, QUIET_ZONE = 8, 4

    def __init__(self, path: Path):
        self.path = path

    def show(self, data: bytes):
        """Draws a message: the carrier in one segment, the digits in another."""
        text = digits.write(data)
        segments = [digits.PLAIN, text.removeprefix(digits.PLAIN)]
        code = segno.make(segments, error="l", boost_error=False, micro=False)
        picture = BytesIO()
        code.save(picture, kind="png", scale=self.SCALE, border=self.QUIET_ZONE)
        replace_file(self.path, picture.getvalue(), durable=False)


class Camera:
    """A picture file that somebody else draws. What is there is seen again at every look."""

    def __init__(self, path: Path):
        self.path = path
        self._seen: tuple[tuple, list[str]] | None = None

    def look(self) -> list[str]:
        """The texts of all codes in the picture; none while there is no whole picture."""
        try:
            state = self.path.stat()
            key = state.st_ino, state.st_mtime_ns, state.st_size
            if not self._seen or self._seen[0] != key:
                self._seen = key, _texts(self.path.read_bytes())
        except OSError:
            return []
        return self._seen[1]


def _texts(picture: bytes) -> list[str]:
    """The texts of all codes in a picture file; nothing that is no picture has any."""
    data = numpy.frombuffer(picture, numpy.uint8)
    grey = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if picture else None
    if grey is None:
        return []
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in found]
