"""Reads pictures with QR decoders that others wrote, through the text that each of them returns.

`decode.py manifest.json` takes `{"pictures": ["a.png", ...]}`, paths beside the manifest, and prints
one JSON line for each picture and decoder: `{"picture": "a.png", "decoder": "zbar", "texts": [...]}`.
It doesn't know what a picture should say; who asks compares.
"""

import ctypes
import ctypes.util
import json
import multiprocessing
import os
import pathlib
import sys


def zbar_beside_us(name, find=ctypes.util.find_library):
    """`find_library` needs a compiler or a linker to look where LD_LIBRARY_PATH points."""
    if name == "zbar":
        try:
            ctypes.CDLL("libzbar.so.0")
            return "libzbar.so.0"
        except OSError:
            pass
    return find(name)


ctypes.util.find_library = zbar_beside_us

import cv2  # noqa: E402
import zxingcpp  # noqa: E402
from pyzbar import pyzbar  # noqa: E402

# One picture a process: they would fight over the processors.
cv2.setNumThreads(1)


def zxing_cpp(grey):
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode, try_invert=False)
    return [code.text for code in found]


def zbar(grey):
    found = pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])
    return [code.data.decode("utf-8", "replace") for code in found]


def opencv(grey):
    # Its older finder, QRCodeDetector, misses some undisturbed symbols at any size.
    text, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(grey)
    return [text] if text else []


DECODERS = {"zxing-cpp": zxing_cpp, "zbar": zbar, "opencv": opencv}


def lines(path):
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        sys.exit(f"decoders: {path} is no picture")
    return [
        json.dumps({"picture": path.name, "decoder": name, "texts": decode(grey)})
        for name, decode in DECODERS.items()
    ]


def main(manifest):
    manifest = pathlib.Path(manifest)
    pictures = json.loads(manifest.read_text("utf-8"))["pictures"]
    paths = [manifest.parent / picture for picture in pictures]
    with multiprocessing.Pool(os.cpu_count()) as processes:
        for printed in processes.imap(lines, paths, chunksize=4):
            print("\n".join(printed))


if __name__ == "__main__":
    main(*sys.argv[1:])
