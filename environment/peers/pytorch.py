"""Measures PyTorch on the networks and batch sizes of `kilonet bench`, on the CPU.

    python3 pytorch.py [THREADS] [ROUNDS] [NET...]

Prints images a second, medians over the rounds: training with batches of 128, inference with 1,000
images at a time without gradients. Debian's package python3-torch (1.13) is enough.
"""
import statistics
import sys
import time

import torch
from torch import nn


def block(inputs, outputs, kernel=3, dropout=0.0):
    layers = [nn.Conv2d(inputs, outputs, kernel, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return layers + ([nn.Dropout(dropout)] if dropout else [])


def plain(inputs, outputs, kernel):
    return [nn.Conv2d(inputs, outputs, kernel, bias=False)]


def relu(inputs, outputs, kernel):
    return plain(inputs, outputs, kernel) + [nn.ReLU()]


def net_002_step3():
    return nn.Sequential(
        *block(1, 10, dropout=0.05), *block(10, 15, dropout=0.05), *plain(15, 10, 1),
        nn.MaxPool2d(2), *block(10, 16, dropout=0.05), *block(16, 16, dropout=0.05),
        *block(16, 16, dropout=0.05), nn.AvgPool2d(6), *plain(16, 10, 1), nn.Flatten())


def net_model_3():
    return nn.Sequential(
        *block(1, 10, dropout=0.02), nn.MaxPool2d(2), *block(10, 12, dropout=0.02),
        *block(12, 16, dropout=0.02), *block(16, 16, dropout=0.02), *block(16, 16, dropout=0.02),
        nn.AdaptiveAvgPool2d(1), *plain(16, 10, 1), nn.Flatten())


def net_003_step1():
    return nn.Sequential(
        *relu(1, 32, 3), *relu(32, 64, 3), *relu(64, 128, 3), nn.MaxPool2d(2), *relu(128, 32, 1),
        *relu(32, 64, 3), *relu(64, 128, 3), *relu(128, 10, 1), *plain(10, 10, 7), nn.Flatten())


def net_001_step1():
    return nn.Sequential(
        *relu(1, 16, 3), *relu(16, 32, 3), *relu(32, 32, 3), nn.MaxPool2d(2), *relu(32, 32, 3),
        *relu(32, 64, 3), *relu(64, 128, 3), *plain(128, 10, 5), nn.Flatten())


def normed(inputs, outputs, kernel=3, **options):
    return [
        nn.Conv2d(inputs, outputs, kernel, bias=False, **options), nn.BatchNorm2d(outputs), nn.ReLU()]


def net_next_cifar_10():
    return nn.Sequential(
        *normed(3, 32, padding=1), *normed(32, 32, padding=1), *normed(32, 48, stride=2, padding=1),
        *normed(48, 48, padding=2, dilation=2), nn.Conv2d(48, 48, 3, padding=1, groups=48, bias=False),
        *normed(48, 64, 1), *normed(64, 64, stride=2, padding=1), *normed(64, 64, padding=1),
        *normed(64, 64, padding=2, dilation=2), *normed(64, 64, padding=1), nn.AdaptiveAvgPool2d(1),
        *plain(64, 10, 1), nn.Flatten())


NETS = {
    "next/cifar-10": net_next_cifar_10,
    "002/step3": net_002_step3,
    "model_3": net_model_3,
    "003/step1": net_003_step1,
    "001/step1": net_001_step1,
}


def random_images(net, count):
    coloured = net[0].in_channels == 3
    return torch.rand(count, 3, 32, 32) if coloured else torch.rand(count, 1, 28, 28)


def training(net, steps, batch=128):
    net.train()
    images, labels = random_images(net, batch), torch.randint(0, 10, (batch,))
    loss_of = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    start = time.perf_counter()
    for _ in range(steps):
        optimizer.zero_grad()
        loss_of(net(images), labels).backward()
        optimizer.step()
    return batch * steps / (time.perf_counter() - start)


def inference(net, count=1000):
    net.eval()
    images = random_images(net, count)
    with torch.no_grad():
        start = time.perf_counter()
        net(images)
        return count / (time.perf_counter() - start)


def main():
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    names = sys.argv[3:] or list(NETS)
    for name in names:
        net = NETS[name]()
        training(net, 2)
        inference(net)
        trained = [training(net, 5) for _ in range(rounds)]
        inferred = [inference(net) for _ in range(rounds)]
        print(
            f"{name}: training {statistics.median(trained):.0f} (best {max(trained):.0f}) images/s, "
            f"inference {statistics.median(inferred):.0f} (best {max(inferred):.0f}) images/s",
            flush=True)


if __name__ == "__main__":
    main()
