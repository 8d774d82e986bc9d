"""Writes the two JPEG files in the colours of print, with Pillow 9.4.

Both show four squares of 8 x 8 pixels: red, green, blue and grey, as Pillow makes them again.
"""

from PIL import Image
import io

COLOURS = [(255, 0, 0), (0, 128, 0), (0, 0, 255), (100, 100, 100)]


def squares(pixel):
    image = Image.new("CMYK", (32, 8))
    for i, colour in enumerate(COLOURS):
        image.paste(pixel(colour), (8 * i, 0, 8 * i + 8, 8))
    return image


def ink(colour):
    black = 255 - max(colour)
    if black == 255:
        return (0, 0, 0, 255)
    return tuple(round(255 * (1 - c / (255 - black))) for c in colour) + (black,)


def chrominance(colour):
    """What is stored is inverted by Pillow: luminance and chrominance of cyan, magenta, yellow."""
    c, m, y, k = ink(colour)
    lum = 0.299 * c + 0.587 * m + 0.114 * y
    cb = 128 - 0.168736 * c - 0.331264 * m + 0.5 * y
    cr = 128 + 0.5 * c - 0.418688 * m - 0.081312 * y
    return (255 - round(lum), 255 - round(cb), 255 - round(cr), k)


squares(ink).save("cmyk.jpg", quality=100, subsampling=0)
out = io.BytesIO()
squares(chrominance).save(out, "JPEG", quality=100, subsampling=0)
data = bytearray(out.getvalue())
adobe = data.index(b"Adobe")
data[adobe + 11] = 2
open("ycck.jpg", "wb").write(data)
for name in ("cmyk.jpg", "ycck.jpg"):
    image = Image.open(name).convert("RGB")
    print(name, [image.getpixel((8 * i + 4, 4)) for i in range(4)])
