"""Writes geometry.tsv and geometry.bin.gz: what torchvision makes of ten digits of MNIST.

    python3 geometry.py

digits.bin holds the first training digit of each class, 28 x 28 bytes each. All is done on whole
digits and on pieces of them that are wide and high, with odd sides. A line of geometry.tsv is an
operation, the piece (first and end row, first and end column), the type of the result (u8 or f32), the
digits (first, end) and the parameters; the results follow one another in geometry.bin.gz, little
endian. Rotation,
affine maps, perspective and padding run on Pillow pictures as torchvision runs them: 8-bit ones for
the nearest neighbour, 32-bit float ones (mode F, pixels 0 to 1) for bilinear, because on 8 bits
Pillow rounds bilinear values down. Elastic distortion, blur and jitter run on float tensors.
"""
import gzip
import math

import numpy as np
import PIL
import torch
import torchvision
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

DIGITS = np.fromfile("digits.bin", dtype=np.uint8).reshape(10, 28, 28)
NEAREST, BILINEAR = InterpolationMode.NEAREST, InterpolationMode.BILINEAR
WHOLE = (0, 28, 0, 28)
index, results = [], []


def emit(operation, box, digits, kind, parameters, transform):
    index.append("\t".join(
        [operation, "%d %d %d %d" % box, kind, "%d %d" % digits, " ".join(map(repr, parameters))]))
    for digit in DIGITS[digits[0]:digits[1], box[0]:box[1], box[2]:box[3]]:
        result = transform(np.ascontiguousarray(digit))
        assert result.dtype == {"u8": np.uint8, "f32": np.float32}[kind], result.dtype
        results.append(result.tobytes())


def pillow(operation, box, parameters, nearest, transform, fill=0):
    """A transform(picture, interpolation, fill) of Pillow pictures."""
    square = box == WHOLE
    if nearest:
        emit(operation, box, (0, 10) if square else (3, 5), "u8", parameters + [fill],
             lambda d: np.array(transform(Image.fromarray(d), NEAREST, fill)))
    else:
        emit(operation, box, (2, 5) if square else (3, 5), "f32", parameters + [fill],
             lambda d: np.array(transform(
                 Image.fromarray(d.astype(np.float32) / np.float32(255)), BILINEAR, fill)))


def tensor(operation, box, parameters, transform):
    """A transform of float tensors."""
    emit(operation, box, (5, 8) if box == WHOLE else (3, 5), "f32", parameters,
         lambda d: transform(
             torch.from_numpy(d.astype(np.float32) / np.float32(255))[None])[0].numpy())


ANGLES = [0.0, 1.0, -3.7, 7.0, 12.345, -45.0, 90.0, 133.1, 180.0, -90.0, 270.0]

# angle, x, y, scale, shear of x, shear of y
AFFINE = [
    [0.0, 2, -3, 1.0, 0.0, 0.0],
    [10.0, 0, 0, 1.0, 0.0, 0.0],
    [0.0, 0, 0, 0.9, 0.0, 0.0],
    [0.0, 1, 1, 1.3, 0.0, 0.0],
    [0.0, 0, 0, 1.0, 12.0, 0.0],
    [0.0, 0, 0, 1.0, 0.0, -7.5],
    [-8.25, 2, 1, 1.07, 5.0, 3.0],
    [33.0, -4, 5, 0.61, -15.0, 8.0],
    [179.0, 0, 0, 2.5, 0.0, 0.0],
    [-90.0, 1, -2, 1.0, 0.0, 0.0],
]

# Where the corners go, clockwise from top left, in parts of the sides.
CORNERS = [
    [[2, 3], [25, 1], [26, 24], [4, 27]],
    [[0, 0], [27, 0], [27, 27], [0, 27]],
    [[0, 5], [20, 0], [27, 22], [6, 27]],
    [[7, 1], [21, 6], [24, 20], [1, 25]],
]


# The displacement is amplitude * sin(x / 3 + y / 5) of the half side across, and the cosine down.
def elastic(amplitude, interpolation, fill):
    def run(t):
        h, w = t.shape[-2:]
        y, x = torch.meshgrid(torch.arange(h) * 1.0, torch.arange(w) * 1.0, indexing="ij")
        phase = x.double() / 3 + y.double() / 5
        field = torch.stack([phase.sin(), phase.cos()], -1)[None] * amplitude
        return F.elastic_transform(t, field.float(), interpolation, fill)
    return run


def geometry(box):
    height, width = box[1] - box[0], box[3] - box[2]
    for angle in ANGLES:
        run = lambda p, i, f: F.rotate(p, angle, i, fill=f)
        pillow("rotate", box, [angle], True, run)
        pillow("rotate", box, [angle], False, run)
    run = lambda p, i, f: F.rotate(p, -20.0, i, fill=f)
    pillow("rotate", box, [-20.0], True, run, 255)
    pillow("rotate", box, [-20.0], False, run, 1.0)

    for a in AFFINE:
        run = lambda p, i, f: F.affine(p, a[0], a[1:3], a[3], a[4:6], i, fill=f)
        pillow("affine", box, a, True, run)
        pillow("affine", box, a, False, run)
        if a[4] != 0:
            pillow("affine", box, a, True, run, 128)
            pillow("affine", box, a, False, run, 0.5)

    for corners in CORNERS:
        start = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
        end = [[round(x * (width - 1) / 27), round(y * (height - 1) / 27)] for x, y in corners]
        coefficients = F._get_perspective_coeffs(start, end)
        run = lambda p, i, f: F.perspective(p, start, end, i, fill=f)
        pillow("perspective", box, coefficients + sum(end, []), True, run)
        pillow("perspective", box, coefficients + sum(end, []), False, run)

    # padding on each side, top and left of the crop, its height and width
    for mode in ["constant", "edge", "reflect", "symmetric"]:
        for padding, top, left, high, wide in [
            (4, 0, 0, height, width),
            (3, 7, 2, height - 9, width - 4),
            (6, 1, 12, height - 3, width - 1),
        ]:
            pillow("crop_" + mode, box, [padding, top, left, high, wide], True,
                   lambda p, i, f: F.crop(
                       F.pad(p, padding, f, mode), top, left, high, wide), 9)

    for amplitude, fill in [(0.05, 0.0), (0.21, 0.0), (0.13, 0.75)]:
        tensor("elastic_bilinear", box, [amplitude, fill], elastic(amplitude, BILINEAR, fill))
        tensor("elastic_nearest", box, [amplitude, fill], elastic(amplitude, NEAREST, fill))

    for taps, sigma in [(3, 0.8), (5, 1.1), (9, 2.0), (23, 4.0)]:
        tensor("blur", box, [taps, sigma], lambda t: F.gaussian_blur(t, [taps, taps], [sigma, sigma]))

    for factor in [0.0, 0.6, 1.7]:
        tensor("brightness", box, [factor], lambda t: F.adjust_brightness(t, factor))
        tensor("contrast", box, [factor], lambda t: F.adjust_contrast(t, factor))
    tensor("normalize", box, [0.1307, 0.3081], lambda t: F.normalize(t, [0.1307], [0.3081]))


geometry(WHOLE)
geometry((5, 22, 0, 28))
geometry((0, 28, 4, 23))

with open("geometry.tsv", "w") as out:
    out.write("# torchvision %s, torch %s, Pillow %s\n"
              % (torchvision.__version__, torch.__version__, PIL.__version__))
    out.write("\n".join(index) + "\n")
with open("geometry.bin.gz", "wb") as out:
    out.write(gzip.compress(b"".join(results), mtime=0))
