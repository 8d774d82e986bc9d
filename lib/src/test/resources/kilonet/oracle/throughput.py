"""Pictures a second on one core by torchvision's per-image path, beside AugmentationBenchmark.

    python3 throughput.py

"transform" is the transform of a Pillow picture alone; "picture" is all that a DataLoader does for one
picture of MNIST: from bytes to Pillow, the transform, to a tensor. Each figure is the median of ten
rounds of 0.2 s of the processor's time, so that other programs do not count.
"""
import statistics
import time

import numpy as np
import PIL
import torch
import torchvision
from PIL import Image
from torchvision import transforms as T

torch.set_num_threads(1)
DIGITS = np.fromfile("digits.bin", dtype=np.uint8).reshape(10, 28, 28)
PICTURES = [Image.fromarray(digit) for digit in DIGITS]
TO_TENSOR = T.ToTensor()
BILINEAR = T.InterpolationMode.BILINEAR


def per_second(run):
    rounds = []
    for _ in range(10):
        count, start = 0, time.process_time()
        while (elapsed := time.process_time() - start) < 0.2:
            for i in range(10):
                run(i)
            count += 10
        rounds.append(count / elapsed)
    return statistics.median(rounds)


def show(name, transform, on_tensors=False):
    if on_tensors:
        tensors = [TO_TENSOR(p) for p in PICTURES]
        alone = per_second(lambda i: transform(tensors[i]))
        whole = per_second(lambda i: transform(TO_TENSOR(Image.fromarray(DIGITS[i]))))
    else:
        alone = per_second(lambda i: transform(PICTURES[i]))
        whole = per_second(lambda i: TO_TENSOR(transform(Image.fromarray(DIGITS[i]))))
    print("%-45s %12.0f %12.0f" % (name, alone, whole), flush=True)


print("torchvision %s, torch %s, Pillow %s" % (
    torchvision.__version__, torch.__version__, PIL.__version__))
print("%-45s %12s %12s" % ("pictures a second", "transform", "picture"))
show("none", lambda p: p)
show("rotation(7)", T.RandomRotation(7))
show("rotation(7, bilinear)", T.RandomRotation(7, interpolation=BILINEAR))
AFFINE = dict(degrees=10, translate=(0.1, 0.1), scale=(0.9, 1.1), shear=5)
show("affine", T.RandomAffine(**AFFINE))
show("affine, bilinear", T.RandomAffine(**AFFINE, interpolation=BILINEAR))
show("crop(28, padding=2)", T.RandomCrop(28, 2))
show("perspective(0.5, p=1)", T.RandomPerspective(0.5, 1))
show("erasing(p=1)", T.RandomErasing(1), on_tensors=True)
show("elastic(alpha=50, sigma=5)", T.ElasticTransform(50.0, 5.0))
show("jitter(0.2, 0.2)", T.ColorJitter(0.2, 0.2))
show("blur(5)", T.GaussianBlur(5))
