"""Writes schedules.tsv: what PyTorch's schedulers give at every step of a run.

    python3 schedules.py > schedules.tsv

Columns: the line that kilonet.schedule.Schedules.parse reads, the learning rate, epochs, batches in
an epoch, what is listed (epoch or iteration, lr or momentum), the metrics that a plateau is fed, and
the values.
"""
import math
import warnings

import torch
from torch.optim import lr_scheduler as s

warnings.filterwarnings("ignore")
EPOCHS, BATCHES = 12, 8
RUN = EPOCHS * BATCHES


def optimizer(lr):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr, momentum=0.9)


def emit(text, lr, unit, make, momentum=False, metrics=None, epochs=EPOCHS, batches=BATCHES):
    steps = epochs if unit == "epoch" else epochs * batches
    opt = optimizer(lr)
    schedule = make(opt)
    rates, momenta = [], []
    for step in range(steps):
        rates.append(opt.param_groups[0]["lr"])
        momenta.append(opt.param_groups[0]["momentum"])
        if step < steps - 1:
            opt.step()
            if metrics is not None:
                schedule.step(metrics[step])
            else:
                schedule.step()
    for what, values in [("lr", rates)] + ([("momentum", momenta)] if momentum else []):
        print(
            text,
            repr(lr),
            epochs,
            batches,
            unit + " " + what,
            " ".join(map(repr, metrics or [])),
            " ".join(map(repr, values)),
            sep="\t",
        )


print("# torch " + torch.__version__)

emit("step(size=1)", 0.1, "epoch", lambda o: s.StepLR(o, 1))
emit("step(size=6, gamma=0.1)", 0.1, "epoch", lambda o: s.StepLR(o, 6, 0.1))
emit("step(size=5, gamma=0.3, by=iteration)", 0.02, "iteration", lambda o: s.StepLR(o, 5, 0.3))

emit("multistep(milestones=[6])", 0.1, "epoch", lambda o: s.MultiStepLR(o, [6]))
emit("multistep(milestones=[0, 3, 3, 9], gamma=0.2)", 0.1, "epoch",
     lambda o: s.MultiStepLR(o, [0, 3, 3, 9], 0.2))
emit("multistep(milestones=[10, 40, 95], gamma=0.5, by=iteration)", 0.3, "iteration",
     lambda o: s.MultiStepLR(o, [10, 40, 95], 0.5))

emit("constant", 0.07, "epoch", lambda o: s.ConstantLR(o, 1.0, 0))
emit("constant(factor=0.25, steps=5)", 0.1, "epoch", lambda o: s.ConstantLR(o, 0.25, 5))
emit("constant(factor=0.5, steps=17, by=iteration)", 0.01, "iteration",
     lambda o: s.ConstantLR(o, 0.5, 17))

emit("linear", 0.1, "epoch", lambda o: s.LinearLR(o, 1.0, 0.0, EPOCHS))
emit("linear(start=0.1, end=1, steps=5)", 0.1, "epoch", lambda o: s.LinearLR(o, 0.1, 1.0, 5))
emit("linear(end=0.01, by=iteration)", 0.05, "iteration", lambda o: s.LinearLR(o, 1.0, 0.01, RUN))

emit("exponential(gamma=0.9)", 0.1, "epoch", lambda o: s.ExponentialLR(o, 0.9))
emit("exponential(gamma=0.5)", 0.01, "epoch", lambda o: s.ExponentialLR(o, 0.5))
emit("exponential(gamma=0.99, by=iteration)", 1.0, "iteration", lambda o: s.ExponentialLR(o, 0.99))

emit("polynomial", 0.1, "epoch", lambda o: s.PolynomialLR(o, EPOCHS, 1.0))
emit("polynomial(power=2, steps=7)", 0.1, "epoch", lambda o: s.PolynomialLR(o, 7, 2.0))
emit("polynomial(power=0.5, by=iteration)", 0.1, "iteration", lambda o: s.PolynomialLR(o, RUN, 0.5))

emit("cosine", 0.1, "epoch", lambda o: s.CosineAnnealingLR(o, EPOCHS))
emit("cosine(min=0.001, steps=5)", 0.1, "epoch", lambda o: s.CosineAnnealingLR(o, 5, 0.001))
emit("cosine(min=1e-5, by=iteration)", 0.02, "iteration",
     lambda o: s.CosineAnnealingLR(o, RUN, 1e-5))

emit("restarts(first=4)", 0.1, "epoch", lambda o: s.CosineAnnealingWarmRestarts(o, 4))
emit("restarts(first=1, mult=2, min=0.001)", 0.1, "epoch",
     lambda o: s.CosineAnnealingWarmRestarts(o, 1, 2, 0.001))
emit("restarts(first=7, mult=3, min=1e-4, by=iteration)", 0.05, "iteration",
     lambda o: s.CosineAnnealingWarmRestarts(o, 7, 3, 1e-4))

emit("lambda(factors=[1, 0.5, 0.25, 2, 0, 0.125])", 0.1, "epoch",
     lambda o: s.LambdaLR(o, lambda t: [1, 0.5, 0.25, 2, 0, 0.125][min(t, 5)]))
emit("lambda(factors=[0.3])", 0.1, "epoch", lambda o: s.LambdaLR(o, lambda t: 0.3))
emit("lambda(factors=[1, 2, 3], by=iteration)", 0.01, "iteration",
     lambda o: s.LambdaLR(o, lambda t: min(t, 2) + 1))

for text, args in [
    ("onecycle(max=0.1)", dict(max_lr=0.1)),
    ("onecycle(max=0.05, pct_start=0.2)", dict(max_lr=0.05, pct_start=0.2)),
    ("onecycle(max=0.1, pct_start=0.37, anneal=linear, div=10, final_div=100)",
     dict(max_lr=0.1, pct_start=0.37, anneal_strategy="linear", div_factor=10, final_div_factor=100)),
    ("onecycle(max=0.2, three_phase=true)", dict(max_lr=0.2, three_phase=True)),
    ("onecycle(max=0.2, pct_start=0.41, anneal=linear, three_phase=true, base_momentum=0.8, max_momentum=0.9)",
     dict(max_lr=0.2, pct_start=0.41, anneal_strategy="linear", three_phase=True, base_momentum=0.8,
          max_momentum=0.9)),
]:
    emit(text, 0.01, "iteration", lambda o: s.OneCycleLR(o, total_steps=RUN, **args), momentum=True)
emit("onecycle(max=0.3, by=epoch)", 0.01, "epoch",
     lambda o: s.OneCycleLR(o, 0.3, total_steps=EPOCHS), momentum=True)

for text, args in [
    ("cyclic(base=0.001, max=0.1, up=10)", dict(base_lr=0.001, max_lr=0.1, step_size_up=10)),
    ("cyclic(base=0.001, max=0.1, up=10, down=25, mode=triangular2)",
     dict(base_lr=0.001, max_lr=0.1, step_size_up=10, step_size_down=25, mode="triangular2")),
    ("cyclic(base=0.01, max=0.2, up=7, down=3, mode=exp_range, gamma=0.97, base_momentum=0.7, max_momentum=0.95)",
     dict(base_lr=0.01, max_lr=0.2, step_size_up=7, step_size_down=3, mode="exp_range", gamma=0.97,
          base_momentum=0.7, max_momentum=0.95)),
]:
    emit(text, 0.1, "iteration", lambda o: s.CyclicLR(o, **args), momentum=True)

emit("sequential(constant(factor=0.1, steps=2), exponential(gamma=0.9), milestones=[2])", 0.1,
     "epoch",
     lambda o: s.SequentialLR(o, [s.ConstantLR(o, 0.1, 2), s.ExponentialLR(o, 0.9)], [2]))
emit("sequential(linear(start=0.1, end=1, steps=4), step(size=2, gamma=0.5), milestones=[4])", 0.1,
     "epoch",
     lambda o: s.SequentialLR(o, [s.LinearLR(o, 0.1, 1.0, 4), s.StepLR(o, 2, 0.5)], [4]))
emit("sequential(constant(factor=0.5, steps=9), exponential(gamma=0.8), step(size=2, gamma=0.3), milestones=[3, 7])",
     0.1, "epoch",
     lambda o: s.SequentialLR(
         o, [s.ConstantLR(o, 0.5, 9), s.ExponentialLR(o, 0.8), s.StepLR(o, 2, 0.3)], [3, 7]))

emit("exponential(gamma=0.98, by=iteration) after warmup(epochs=1)", 0.1, "iteration",
     lambda o: s.SequentialLR(o, [s.LinearLR(o, 0.1, 1.0, 8), s.ExponentialLR(o, 0.98)], [8]))
emit("step(size=20, gamma=0.5, by=iteration) after warmup(iterations=13, start=0.25)", 0.1,
     "iteration",
     lambda o: s.SequentialLR(o, [s.LinearLR(o, 0.25, 1.0, 13), s.StepLR(o, 20, 0.5)], [13]))
emit("multistep(milestones=[24, 56], gamma=0.2, by=iteration) after warmup(epochs=2, start=0.01)", 0.3,
     "iteration",
     lambda o: s.SequentialLR(
         o, [s.LinearLR(o, 0.01, 1.0, 16), s.MultiStepLR(o, [24, 56], 0.2)], [16]))

LOSS = [1.0, 0.5, 0.49999, 0.4999, 0.51, 0.3, 0.31, 0.32, 0.33, 0.29, 0.29, 0.29]
ACCURACY = [0.5, 0.9, 0.95, 0.95, 0.94, 0.951, 0.96, 0.9599, 0.96, 0.96, 0.96, 0.96]
P = s.ReduceLROnPlateau
emit("plateau(metric=loss, patience=1)", 0.1, "epoch", lambda o: P(o, patience=1), metrics=LOSS)
emit("plateau(metric=loss, factor=0.5, patience=0, threshold=0.01, threshold_mode=abs, cooldown=2)",
     0.1, "epoch",
     lambda o: P(o, factor=0.5, patience=0, threshold=0.01, threshold_mode="abs", cooldown=2),
     metrics=LOSS)
emit("plateau(metric=accuracy, factor=0.2, patience=1, threshold=0.001, min=0.015)", 0.1, "epoch",
     lambda o: P(o, mode="max", factor=0.2, patience=1, threshold=0.001, min_lr=0.015),
     metrics=ACCURACY)

# Every mode, sign and kind of setting, over shorter runs.
SHORT = dict(epochs=6, batches=5)
STEPS = SHORT["epochs"] * SHORT["batches"]


def number(value):
    return repr(value).removesuffix(".0").replace("e-0", "e-")


def line(name, **arguments):
    """As Schedules writes it: what is None is left out."""
    given = ["%s=%s" % (key, value if isinstance(value, str) else number(value))
             for key, value in arguments.items() if value is not None]
    return name + ("(" + ", ".join(given) + ")" if given else "")


def both(text, make, lr=0.1, **arguments):
    """By epochs and by iterations."""
    emit(line(text, **arguments), lr, "epoch", make, **SHORT)
    emit(line(text, **arguments, by="iteration"), lr, "iteration", make, **SHORT)


for gamma in [0.5, 1.5]:
    both("step", lambda o: s.StepLR(o, 2, gamma), size=2, gamma=gamma)
    both("multistep", lambda o: s.MultiStepLR(o, [1, 4], gamma), milestones="[1, 4]", gamma=gamma)
    both("exponential", lambda o: s.ExponentialLR(o, gamma), gamma=gamma)
for factor in [0.3, 0.7]:
    both("constant", lambda o: s.ConstantLR(o, factor, 3), factor=factor, steps=3)
for start, end in [(0.2, 0.9), (0.9, 0.2), (0.5, 0.5), (0.4, 0.0)]:
    both("linear", lambda o: s.LinearLR(o, start, end, 4), start=start, end=end, steps=4)
for power in [0.5, 1.5, 3]:
    both("polynomial", lambda o: s.PolynomialLR(o, 5, power), power=power, steps=5)
for minimum in [0.01, 0.3]:  # below the rate, and above it
    for steps in [1, 4, 7]:
        both("cosine", lambda o: s.CosineAnnealingLR(o, steps, minimum), min=minimum, steps=steps)
    for first, mult in [(1, 1), (1, 3), (3, 1), (2, 2)]:
        both("restarts", lambda o: s.CosineAnnealingWarmRestarts(o, first, mult, minimum),
             first=first, mult=None if mult == 1 else mult, min=minimum)
for pct in [0.0, 0.1, 0.5, 0.77, 1.0]:
    for anneal in ["cos", "linear"]:
        for three in [False, True]:
            for div, final, low, high in [(10.0, 100.0, 0.8, 0.9), (0.5, 0.25, 0.95, 0.7)]:
                emit(line("onecycle", max=0.2, pct_start=pct,
                          anneal=None if anneal == "cos" else anneal, div=div, final_div=final,
                          three_phase="true" if three else None, base_momentum=low,
                          max_momentum=high),
                     0.1, "iteration",
                     lambda o: s.OneCycleLR(
                         o, 0.2, total_steps=STEPS, pct_start=pct, anneal_strategy=anneal,
                         div_factor=div, final_div_factor=final, three_phase=three,
                         base_momentum=low, max_momentum=high),
                     momentum=True, **SHORT)
for mode, gamma in [("triangular", None), ("triangular2", None), ("exp_range", 0.9), ("exp_range", 1.1)]:
    for up, down in [(1, 1), (1, 4), (5, 2)]:
        for base, top, low, high in [(0.0, 0.1, 0.8, 0.9), (0.2, 0.05, 0.95, 0.85)]:
            emit(line("cyclic", base=base, max=top, up=up, down=None if down == up else down,
                      mode=None if mode == "triangular" else mode, gamma=gamma, base_momentum=None
                      if low == 0.8 else low, max_momentum=None if high == 0.9 else high),
                 0.1, "iteration",
                 lambda o: s.CyclicLR(
                     o, base, top, up, down, mode, gamma or 1.0, base_momentum=low, max_momentum=high),
                 momentum=True, **SHORT)
METRICS = [
    [1.0, 0.9, 0.95, 0.9, 0.89, 0.95, 0.9, 0.9, 0.5, 0.6],
    [-1.0, -0.9, -1.05, -1.1, -1.09, -1.1, -1.2, -1.19, -2.0, -1.0],
    [0.0, 0.0, 0.05, -0.05, 0.0, 0.2, 0.1, 0.15, -0.2, 0.3],
]
for mode, metric in [("min", "loss"), ("max", "accuracy")]:
    for threshold_mode in ["rel", "abs"]:
        for metrics in METRICS:
            for patience, cooldown, minimum, eps in [(0, 0, 0.0, 1e-8), (1, 2, 0.03, 0.01)]:
                emit(line("plateau", metric=metric, factor=0.5, patience=patience, threshold=0.1,
                          threshold_mode=None if threshold_mode == "rel" else threshold_mode,
                          cooldown=cooldown or None, min=minimum or None,
                          eps=None if eps == 1e-8 else eps),
                     0.1, "epoch",
                     lambda o: P(o, mode=mode, factor=0.5, patience=patience, threshold=0.1,
                                 threshold_mode=threshold_mode, cooldown=cooldown, min_lr=minimum,
                                 eps=eps),
                     metrics=metrics, epochs=10, batches=5)
emit("sequential(linear(start=0.2, end=1, steps=2), cosine(min=0.01, steps=3), restarts(first=1), milestones=[2, 4])",
     0.1, "epoch",
     lambda o: s.SequentialLR(
         o, [s.LinearLR(o, 0.2, 1.0, 2), s.CosineAnnealingLR(o, 3, 0.01),
             s.CosineAnnealingWarmRestarts(o, 1)], [2, 4]), **SHORT)
emit("sequential(polynomial(power=2, steps=4), multistep(milestones=[1, 2], gamma=0.5), milestones=[3])",
     0.1, "epoch",
     lambda o: s.SequentialLR(o, [s.PolynomialLR(o, 4, 2.0), s.MultiStepLR(o, [1, 2], 0.5)], [3]),
     **SHORT)
