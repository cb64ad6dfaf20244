"""Pictures that somebody brings: made small, as WebP, without place, time and camera in them."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

#: Bytes that are taken, and pixels: a small file can unpack to gigabytes.
MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000

#: The longer side of what is kept, in pixels.
SIDE = 1200


class NoPicture(ValueError):
    """The file is no picture that can be taken."""


class TooLarge(NoPicture):
    """It is a picture, with more bytes or pixels than are taken."""


@dataclass(frozen=True)
class Made:
    """A picture as it is kept."""

    body: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        """What stands in its address."""
        return hashlib.sha256(self.body).hexdigest()[:16]


def remake(body: bytes) -> Made:
    """Return a picture drawn anew, so that nothing else of the file is left.

    Raises NoPicture, and TooLarge.
    """
    if len(body) > MOST_BYTES:
        raise TooLarge
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(body), formats=("JPEG", "PNG", "WEBP")) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise TooLarge
                # As it was held when it was taken; that note goes with the others.
                picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (TooLarge, Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise TooLarge from error
    # Pillow's readers raise OSError, ValueError, SyntaxError, struct.error and others.
    except Exception as error:
        raise NoPicture from error
    picture.thumbnail((SIDE, SIDE))
    file = BytesIO()
    picture.save(file, "WEBP", quality=78, method=4)
    return Made(file.getvalue(), picture.width, picture.height)
