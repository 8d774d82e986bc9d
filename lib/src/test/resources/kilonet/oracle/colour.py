"""Writes colour.tsv: what torchvision makes of a coloured picture.

Made with torch 1.13.0, torchvision 0.14.1 and Pillow 9.4.0. A line is an operation, its numbers and
the resulting values, channel by channel and row by row, from 0 to 1. The picture has 3 channels, 6
rows and 7 columns; value i of it is (i * i * 13 + i * 71 + 29) % 256, so that neighbours differ; the
first five pixels are grey, black, white, red and yellow.
"""

import torch
import torchvision.transforms.functional as F
from PIL import Image

HEIGHT, WIDTH = 6, 7


def picture():
    n = 3 * HEIGHT * WIDTH
    values = [(i * i * 13 + i * 71 + 29) % 256 for i in range(n)]
    special = [(100, 100, 100), (0, 0, 0), (255, 255, 255), (255, 0, 0), (255, 255, 0)]
    for i, colour in enumerate(special):
        for channel in range(3):
            values[channel * HEIGHT * WIDTH + i] = colour[channel]
    return torch.tensor(values, dtype=torch.uint8).reshape(3, HEIGHT, WIDTH)


BYTES = picture()
FLOATS = BYTES.float() / 255
FILL = (51, 102, 204)


def line(name, numbers, result):
    values = result.contiguous().flatten().tolist()
    cells = [name, " ".join(str(x) for x in numbers), " ".join(f"{v:.8g}" for v in values)]
    print("\t".join(cells))


def pil(operation):
    image = operation(F.to_pil_image(BYTES))
    return F.pil_to_tensor(image).float() / 255


print("# " + __doc__.strip().splitlines()[2])
line("hflip", [], F.hflip(FLOATS))
line("vflip", [], F.vflip(FLOATS))
line("grayscale", [], F.rgb_to_grayscale(FLOATS, num_output_channels=3))
for factor in (0.0, 0.4, 1.0, 1.7):
    line("brightness", [factor], F.adjust_brightness(FLOATS, factor))
    line("contrast", [factor], F.adjust_contrast(FLOATS, factor))
    line("saturation", [factor], F.adjust_saturation(FLOATS, factor))
for factor in (-0.5, -0.21, 0.05, 0.3, 0.5):
    line("hue", [factor], F.adjust_hue(FLOATS, factor))
# Saturation, brightness, hue, contrast.
jittered = F.adjust_saturation(FLOATS, 0.6)
jittered = F.adjust_brightness(jittered, 1.3)
jittered = F.adjust_hue(jittered, 0.12)
line("jitter", [1.3, 0.8, 0.6, 0.12], F.adjust_contrast(jittered, 0.8))
line("normalize", [], F.normalize(FLOATS, [0.49, 0.48, 0.45], [0.25, 0.24, 0.26]))
line("erase", [1, 2, 3, 4], F.erase(FLOATS, 1, 2, 3, 4, torch.tensor(FILL).reshape(3, 1, 1) / 255))
line("blur", [3, 0.8], F.gaussian_blur(FLOATS, 3, 0.8))
for degrees in (17, 90, -133):
    line("rotate", [degrees], pil(lambda image: F.rotate(image, degrees, fill=FILL)))
line(
    "affine",
    [23, 1, -2, 0.9, 8, -5],
    pil(lambda image: F.affine(image, 23, [1, -2], 0.9, [8, -5], fill=FILL)),
)
padded = F.pad(FLOATS, [2])
for channel in range(3):
    inside = F.pad(FLOATS[channel : channel + 1], [2], fill=FILL[channel] / 255)
    padded[channel] = inside[0]
line("crop", [2, 1, 3, 6, 7], F.crop(padded, 1, 3, 6, 7))
