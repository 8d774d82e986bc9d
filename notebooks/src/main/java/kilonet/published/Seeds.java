package kilonet.published;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kilonet.model.Stack;
import kilonet.train.Optimizer;
import kilonet.train.Recipe;

/**
 * Twenty-four experiments that five people published as their answers to the assignment, in
 * PyTorch, as recipes {@code 000/step0} to {@code 004/step5}: layers, order, dropout, augmentation,
 * optimizer, schedule, batch size and epochs as published; initialization as PyTorch's.
 *
 * <ul>
 *   <li>000: {@code sumsumsp/ERA_2023}, S7.
 *   <li>001: {@code dine1717/ERA2}, Session7. Steps 2 and 3 end in sixteen channels: a softmax over
 *       sixteen logits, of which ten are classes. The dropout of step 3 is not stated; 0.05 is that
 *       of step 5.
 *   <li>002: {@code MPGarg/ERA1_Session7}.
 *   <li>003: {@code seepala98/EVA-4}, PHASE_1/S4.
 *   <li>004: repository unknown. The document gives parameter counts, dropout and accuracies only.
 *       The stacks here have exactly those counts, but they, the place of their pooling, the
 *       optimizer, the augmentation (rotation by 7 degrees) and the schedule (a step at epoch 6)
 *       are assumptions. The stack of steps 2 to 5 is the one of three of 7,330 parameters whose
 *       accuracies came nearest, with seed 1; the others are {@link #candidates()}.
 * </ul>
 *
 * <p>Rotations fill with black and take the nearest pixel, torchvision's defaults. Jitter of
 * saturation and hue, which one of them names, does nothing to grey pictures.
 */
public final class Seeds {

  private static final Optimizer SGD = Optimizer.sgd(0.01, 0.9);
  private static final Map<String, Recipe> ALL = new LinkedHashMap<>();
  private static final Map<String, Recipe> CANDIDATES = new LinkedHashMap<>();

  /** Channels of stacks of 7,330 parameters for document 004: the one chosen, then the others. */
  private static final List<List<Integer>> TINY_STACKS =
      List.of(
          List.of(14, 12, 12, 12, 12, 14),
          List.of(10, 10, 14, 14, 10, 10, 10),
          List.of(6, 12, 16, 16, 16));

  static {
    Stack net0 =
        Stack.of("conv-relu-bn-dropout")
            .dropout(0.1)
            .blocks("conv 10 3x3", "conv 20 3x3", "conv 10 1x1 plain", "maxpool 2")
            .blocks("conv 16 3x3", "conv 16 3x3", "conv 16 3x3", "conv 16 3x3")
            .blocks("avgpool 4", "conv 10 1x1 plain");
    Stack net1 =
        Stack.of("conv-relu-bn-dropout")
            .dropout(0.1)
            .blocks("conv 10 3x3", "conv 10 3x3", "conv 6 1x1 plain", "maxpool 2")
            .blocks("conv 12 3x3", "conv 16 3x3", "conv 16 3x3", "conv 16 3x3")
            .blocks("conv 10 1x1 plain", "global avgpool");
    Stack net3 =
        Stack.of("conv-relu-bn-dropout")
            .dropout(0.1)
            .blocks("conv 10 3x3", "conv 10 3x3", "conv 6 1x1 plain", "maxpool 2")
            .blocks("conv 12 3x3", "conv 14 3x3", "conv 16 3x3", "conv 16 3x3")
            .blocks("conv 10 1x1 plain", "global avgpool");
    String slight = "rotation(7)";
    add(Recipe.of("000/step0", net0, SGD).augmentation(slight).epochs(20));
    add(Recipe.of("000/step1", net1, SGD).augmentation(slight));
    add(Recipe.of("000/step2", net1, SGD).augmentation(slight).schedule("step(size=6, gamma=0.2)"));
    add(Recipe.of("000/step3", net3, SGD).augmentation(slight).schedule("step(size=6, gamma=0.2)"));

    Stack large =
        Stack.of("conv-relu")
            .blocks("conv 16 3x3", "conv 32 3x3", "conv 32 3x3", "maxpool 2")
            .blocks("conv 32 3x3", "conv 64 3x3", "conv 128 3x3", "conv 10 5x5 plain");
    Stack sixteen =
        Stack.of("conv-bn-relu")
            .blocks("conv 8 3x3", "conv 16 3x3", "maxpool 2")
            .blocks("conv 16 3x3", "conv 16 3x3", "conv 16 3x3", "conv 16 3x3", "avgpool 4");
    Stack sixteenDropping =
        Stack.of("conv-bn-relu-dropout")
            .dropout(0.05)
            .blocks(sixteen.texts().toArray(String[]::new));
    Stack twelve =
        Stack.of("conv-bn-relu-dropout")
            .dropout(0.05)
            .blocks("conv 12 3x3 pad 1", "conv 12 3x3 pad 1", "maxpool 2")
            .blocks("conv 12 3x3", "conv 12 3x3", "conv 12 3x3", "conv 12 3x3", "conv 12 3x3")
            .blocks("avgpool 4", "conv 10 1x1 plain");
    Stack ten =
        Stack.of("conv-bn-relu-dropout")
            .dropout(0.05)
            .blocks("conv 10 3x3 pad 1", "conv 10 3x3 pad 1", "maxpool 2")
            .blocks("conv 10 3x3", "conv 10 3x3", "conv 10 3x3", "conv 10 3x3", "conv 20 3x3")
            .blocks("avgpool 4", "conv 10 1x1 plain");
    add(Recipe.of("001/step1", large, SGD));
    add(Recipe.of("001/step2", sixteen, SGD));
    add(Recipe.of("001/step3", sixteenDropping, SGD).augmentation("rotation(6)"));
    add(Recipe.of("001/step4", twelve, SGD).augmentation("rotation(15)"));
    add(
        Recipe.of("001/step5", twelve, SGD)
            .augmentation("rotation(15)")
            .schedule("onecycle(max=0.1)")
            .batch(64));
    add(
        Recipe.of("001/step6", ten, SGD)
            .augmentation("rotation(15)")
            .schedule("onecycle(max=0.1)"));

    Stack huge =
        Stack.of("conv-relu")
            .withBias()
            .blocks("conv 32 3x3", "conv 64 3x3", "conv 128 3x3", "maxpool 2")
            .blocks("conv 256 3x3", "conv 256 3x3", "conv 512 3x3", "conv 1024 3x3")
            .blocks("conv 10 3x3 plain");
    Stack middle =
        Stack.of("conv-bn-relu-dropout")
            .withBias()
            .dropout(0.05)
            .blocks("conv 16 3x3", "conv 32 3x3", "maxpool 2", "conv 16 1x1 no dropout")
            .blocks("conv 16 3x3", "conv 32 3x3", "conv 10 1x1 no dropout", "avgpool 8");
    Stack small =
        Stack.of("conv-bn-relu-dropout")
            .dropout(0.05)
            .blocks("conv 10 3x3", "conv 15 3x3", "conv 10 1x1 plain", "maxpool 2")
            .blocks("conv 16 3x3", "conv 16 3x3", "conv 16 3x3", "avgpool 6", "conv 10 1x1 plain");
    add(Recipe.of("002/step1", huge, SGD));
    add(Recipe.of("002/step2", middle, SGD));
    add(
        Recipe.of("002/step3", small, Optimizer.sgd(0.2, 0.9))
            .augmentation("jitter(brightness=0.1, contrast=0.1) + rotation(7)")
            .schedule("step(size=6, gamma=0.1)"));

    Stack wide =
        Stack.of("conv-relu")
            .blocks("conv 32 3x3", "conv 64 3x3", "conv 128 3x3", "maxpool 2", "conv 32 1x1")
            .blocks("conv 64 3x3", "conv 128 3x3", "conv 10 1x1", "conv 10 7x7 plain");
    String[] narrow = {
      "conv 10 3x3", "conv 16 3x3", "conv 10 1x1 no dropout", "maxpool 2", "conv 20 3x3",
      "conv 16 3x3", "conv 10 3x3", "conv 16 3x3 pad 1 no dropout", "avgpool 6", "conv 10 1x1 plain"
    };
    Stack plain = Stack.of("conv-relu-bn").blocks(narrow);
    Stack dropping = Stack.of("conv-relu-bn-dropout").dropout(0.05).blocks(narrow);
    Optimizer heavy = Optimizer.sgd(0.01, 0.95);
    add(Recipe.of("003/step1", wide, SGD).epochs(20));
    add(Recipe.of("003/step2", plain, SGD).epochs(20));
    add(Recipe.of("003/step3", dropping, SGD).epochs(20));
    add(Recipe.of("003/step4", dropping, heavy).augmentation(slight).epochs(20));
    add(
        Recipe.of("003/step4_adam", dropping, Optimizer.adam(0.01))
            .augmentation(slight)
            .epochs(20));
    add(
        Recipe.of("003/step5", dropping, heavy)
            .augmentation(slight)
            .schedule("step(size=5, gamma=0.1)")
            .epochs(20));

    Stack vast =
        Stack.of("conv-bn-relu")
            .conv(32)
            .conv(64)
            .maxPool(2)
            .conv(128)
            .conv(256)
            .conv(128)
            .conv(64)
            .conv(32)
            .globalAveragePool()
            .plain(10, 1);
    add(Recipe.of("004/step1", vast, SGD));
    document4(ALL, "", TINY_STACKS.get(0));
    for (List<Integer> channels : TINY_STACKS.subList(1, TINY_STACKS.size())) {
      String text = channels.stream().map(String::valueOf).collect(Collectors.joining("-"));
      document4(CANDIDATES, "-" + text, channels);
    }
  }

  private Seeds() {}

  /** Steps 2 to 5 of document 004 with 3x3 convolutions of some channels, pooled after two. */
  private static void document4(Map<String, Recipe> to, String suffix, List<Integer> channels) {
    Stack stack = Stack.of("conv-bn-relu-dropout");
    for (int i = 0; i < channels.size(); i++) {
      stack = i == 2 ? stack.maxPool(2).conv(channels.get(i)) : stack.conv(channels.get(i));
    }
    Stack tiny = stack.globalAveragePool().plain(10, 1);
    Stack dropping = tiny.dropout(0.05);
    String turned = "rotation(7)";
    Stream.of(
            Recipe.of("004/step2" + suffix, tiny, SGD),
            Recipe.of("004/step3" + suffix, dropping, SGD),
            Recipe.of("004/step4" + suffix, dropping, SGD).augmentation(turned),
            Recipe.of("004/step5" + suffix, dropping, SGD)
                .augmentation(turned)
                .schedule("step(size=6, gamma=0.1)"))
        .forEach(recipe -> to.put(recipe.name(), recipe));
  }

  private static void add(Recipe recipe) {
    ALL.put(recipe.name(), recipe);
  }

  /** All names, in order. */
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /**
   * Names of recipes like steps 2 to 5 of document 004 with other stacks of the same size, such as
   * {@code 004/step2-6-12-16-16-16}: what the stack that stands for them was chosen among.
   */
  public static List<String> candidates() {
    return List.copyOf(CANDIDATES.keySet());
  }

  /**
   * A recipe by its name, such as {@code 002/step3}, or the name of a candidate; nothing if there
   * is none of this name.
   */
  public static Optional<Recipe> named(String name) {
    return Optional.ofNullable(ALL.getOrDefault(name, CANDIDATES.get(name)));
  }
}
