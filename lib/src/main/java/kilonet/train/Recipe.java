package kilonet.train;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import kilonet.augment.Augmentation;
import kilonet.augment.Augmentations;
import kilonet.augment.Identity;
import kilonet.augment.Normalize;
import kilonet.data.Batches;
import kilonet.data.DataException;
import kilonet.data.ImageSet;
import kilonet.data.Normalization;
import kilonet.data.TrainTest;
import kilonet.model.Stack;
import kilonet.schedule.Schedules;
import kilonet.text.Check;
import kilonet.text.Text;

/**
 * All that defines a run. The same recipe gives the same numbers, bit for bit, whatever the vectors
 * and threads with the same engine. (The file is long because a recipe has twenty parts, each with
 * its range, its sentence and its way to be another.)
 *
 * @param name what people call it, such as {@code model_3}; results are filed under it, so that it
 *     is what {@link Check#fileName} allows, or several such names parted by {@code /}
 * @param model the net
 * @param data the name of the images, such as {@code mnist}, or {@code digits} for generated ones
 * @param augmentation what happens to each training picture, as {@link Augmentations#parse} reads
 *     it
 * @param mixing what happens to each training batch as a whole, as {@link Augmentations#parseBatch}
 *     reads it: {@code none}, {@code mixup(alpha=0.2)} or {@code cutmix(alpha=1)}
 * @param unaugmented share of the training, at its end, whose pictures are neither augmented nor
 *     mixed, from 0 to 1; 0 to augment all
 * @param optimizer how gradients change parameters
 * @param schedule how the learning rate moves, as {@link Schedules#parse} reads it
 * @param averaging the average of parameters that is tested and kept instead of the net itself:
 *     {@code none}, {@code ema(decay=0.995)} or {@code swa(from=11)}
 * @param labelSmoothing share of a label spread over all classes, from 0 to below 1
 * @param clipping largest norm of a gradient over all parameters; 0 for no limit
 * @param epochs passes over the training images, 1 to 10,000
 * @param patience end after so many epochs without a better accuracy on the validation images; 0 to
 *     train all epochs
 * @param batch images of a batch, 1 to 100,000
 * @param accumulation batches whose gradients are added up for one update, 1 to 100,000
 * @param seed what initialization, shuffling, augmentation and dropout draw from
 * @param limit train on that many images only; 0 for all
 * @param validation which images are kept out of training and tested on instead of the test set;
 *     {@link Validation#NONE} to train on all and test on the test set
 * @param normalization how pixels are normalized; null for that of the images, which is that of
 *     their training part: a run on images that are neither MNIST nor generated digits writes it
 *     down here
 * @param assignment what is demanded of a run; null for {@link Assignment#MNIST}
 * @param teacher a net that is trained before and whose answers are part of the labels; null for
 *     none. It is trained on the same images: its data, limit, validation and normalization are
 *     those of this recipe
 */
public record Recipe(
    String name,
    Stack model,
    String data,
    String augmentation,
    String mixing,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) double unaugmented,
    Optimizer optimizer,
    String schedule,
    String averaging,
    double labelSmoothing,
    double clipping,
    int epochs,
    int patience,
    int batch,
    int accumulation,
    long seed,
    int limit,
    Validation validation,
    @JsonInclude(JsonInclude.Include.NON_NULL) Normalization normalization,
    @JsonInclude(JsonInclude.Include.NON_NULL) Assignment assignment,
    @JsonInclude(JsonInclude.Include.NON_NULL) Teacher teacher) {

  /** How many training images a schedule is checked for; the run's own number is not known yet. */
  private static final int USUAL_IMAGES = 60_000;

  /** A machine can live to see the end of so many. */
  static final int MOST_EPOCHS = 10_000;

  /** More images than that are no batch but the whole of a set. */
  private static final int LARGEST_BATCH = 100_000;

  /** The part of an epoch to which its place is rounded, so that 0.3 of 10 is 3. */
  private static final double ROUND = 1e9;

  /** MNIST. */
  public static final String MNIST = "mnist";

  /** Digits drawn by a generator. */
  public static final String DIGITS = "digits";

  /** Checks the ranges and that the texts can be read. */
  public Recipe {
    for (String part : Objects.requireNonNull(name, "name").split("/", -1)) {
      Check.fileName("A part of a recipe's name", part);
    }
    Objects.requireNonNull(model, "model");
    if (model.dropout() > 0 && !model.order().contains("dropout")) {
      throw new IllegalArgumentException(
          Text.of(
              "A dropout of %s has no place in blocks of '%s': put dropout into the order, or use 0.",
              model.dropout(), model.order()));
    }
    Objects.requireNonNull(optimizer, "optimizer");
    Objects.requireNonNull(augmentation, "augmentation");
    Objects.requireNonNull(mixing, "mixing");
    Objects.requireNonNull(schedule, "schedule");
    Objects.requireNonNull(averaging, "averaging");
    Check.fileName("A recipe's data", data);
    fromOneTo("epochs", epochs, MOST_EPOCHS);
    fromOneTo("batch", batch, LARGEST_BATCH);
    atLeast("limit", limit, 0);
    Objects.requireNonNull(validation, "validation");
    atLeast("patience", patience, 0);
    fromOneTo("accumulation", accumulation, LARGEST_BATCH);
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
      throw new IllegalArgumentException(
          Text.of("label smoothing is %s: it lies from 0 to below 1.", labelSmoothing));
    }
    if (!(unaugmented >= 0 && unaugmented <= 1)) {
      throw new IllegalArgumentException(
          Text.of(
              "unaugmented is %s: it is the share of the training, from 0 to 1, at whose end pictures"
                  + " are left as they are.",
              unaugmented));
    }
    if (!(clipping >= 0 && clipping < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          Text.of("clipping is %s: use a norm above 0, or 0 for no limit.", clipping));
    }
    if (patience > 0 && Validation.NONE.equals(validation)) {
      throw new IllegalArgumentException(
          Text.of(
                  "A patience of %d epochs needs validation images, because the test set is for reporting:",
                  patience)
              + " keep some out of training, such as 5000.");
    }
    Averaging.check(averaging);
    normalizedOnce(Augmentations.parse(augmentation));
    if (normalization != null && normalization.channels() != model.channels()) {
      throw new IllegalArgumentException(
          Text.of(
              "A normalization of %d channels does not fit a net for pictures of %d: give a mean and"
                  + " a standard deviation for each.",
              normalization.channels(), model.channels()));
    }
    Augmentations.parseBatch(mixing);
    if (teacher != null) {
      taughtOnTheSame(teacher.recipe(), data, limit, validation, normalization);
      if (teacher.recipe().model().outputs() != model.outputs()) {
        throw new IllegalArgumentException(
            Text.of(
                "The teacher %s has %d outputs and the net that it teaches %d: give both as many.",
                teacher.recipe().name(), teacher.recipe().model().outputs(), model.outputs()));
      }
    }
    Schedules.parse(
        schedule, optimizer.learningRate(), epochs, updates(USUAL_IMAGES, batch, accumulation));
  }

  /** Pixels are normalized after the augmentation: it must not do so as well. */
  private static void normalizedOnce(Augmentation augmentation) {
    if (augmentation instanceof Normalize) {
      throw new IllegalArgumentException(
          Text.of(
              "Pixels would be normalized twice: a run does so by itself, so leave %s out of the"
                  + " augmentation, or write its numbers as the recipe's normalization.",
              augmentation));
    }
    augmentation.parts().forEach(Recipe::normalizedOnce);
  }

  private static void taughtOnTheSame(
      Recipe teacher, String data, int limit, Validation validation, Normalization normalization) {
    if (!teacher.data.equals(data)
        || teacher.limit != limit
        || !teacher.validation.equals(validation)
        || !Objects.equals(teacher.normalization, normalization)) {
      throw new IllegalArgumentException(
          Text.of(
              "The teacher %s is for other images than the net that it teaches: give both the same"
                  + " data, limit, validation and normalization.",
              teacher.name));
    }
  }

  private static int updates(int images, int batch, int accumulation) {
    int batches = (images - 1) / batch + 1;
    return (batches - 1) / accumulation + 1;
  }

  /**
   * How often an epoch changes the parameters: once a batch, unless gradients are accumulated.
   *
   * @param images training images, at least 1
   */
  public int updatesPerEpoch(int images) {
    return updates(images, batch, accumulation);
  }

  /**
   * The images that this recipe trains on, within its limit and without those kept out for
   * validation, and those that it is tested on.
   *
   * @throws IllegalArgumentException if the net is for pictures of another size, or has fewer
   *     outputs than there are classes
   * @throws DataException if there are not as many images as the recipe asks for
   */
  public TrainTest images(TrainTest all) {
    ImageSet train = all.train();
    NetFit.require(name, model, train);
    ImageSet test = all.test();
    if (normalization != null) {
      train = train.normalized(normalization);
      test = test.normalized(normalization);
    }
    if (validates()) {
      // The split does not depend on the recipe's seed: choices are made on the same images.
      ImageSet.Split split = validation.split(train);
      train = split.train();
      test = split.validation();
    }
    return new TrainTest(limit > 0 ? train.first(limit) : train, test);
  }

  /**
   * The same on these images: with their name and, where they are neither MNIST nor generated
   * digits, their normalization written down.
   */
  public Recipe on(TrainTest images) {
    Recipe named = data(images.name());
    Normalization theirs = images.train().normalization();
    // Where the net is for others, images(…) says so.
    boolean fits = theirs.channels() == model.channels();
    return !fits || theirs.equals(Normalization.MNIST) || named.normalization != null
        ? named
        : named.normalization(theirs);
  }

  /**
   * The same with a net, and a teacher, for these images: of their size and channels, with an
   * output for each of their classes.
   */
  public Recipe fitting(TrainTest images) {
    return with(
        draft -> {
          draft.model = fitting(model, images.train());
          if (teacher != null) {
            Recipe learned = teacher.recipe();
            draft.teacher =
                new Teacher(
                    learned.model(fitting(learned.model, images.train())),
                    teacher.weight(),
                    teacher.temperature());
          }
        });
  }

  private static Stack fitting(Stack model, ImageSet train) {
    Stack fitting = model.input(train.channels(), train.height(), train.width());
    return fitting.outputs() == train.classes() ? fitting : fitting.outputs(train.classes());
  }

  /**
   * Batches of training images as this recipe augments and mixes them.
   *
   * @param labels what the teacher makes of the labels, {@code [image][output]}; null for none
   */
  Batches batches(ImageSet train, float[][] labels) {
    return Batches.training(train, batch, seed)
        .augmentation(Augmentations.parse(augmentation))
        .mixing(Augmentations.parseBatch(mixing).orElse(null))
        .augmentedUntil(augmentedUntil())
        .labels(labels)
        .labelSmoothing(labelSmoothing)
        .outputs(model.outputs())
        .build();
  }

  /** The epoch at which augmentation ends, without what rounding adds to it. */
  private double augmentedUntil() {
    return unaugmented == 0
        ? Double.POSITIVE_INFINITY
        : Math.rint((1 - unaugmented) * epochs * ROUND) / ROUND;
  }

  private static void fromOneTo(String what, int value, int most) {
    atLeast(what, value, 1);
    if (value > most) {
      throw new IllegalArgumentException(Text.of("%s is %d: use up to %,d.", what, value, most));
    }
  }

  private static void atLeast(String what, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(Text.of("%s is %d: use %d or more.", what, value, least));
    }
  }

  /**
   * A plain recipe for MNIST: 15 epochs, batches of 128, seed 1, no augmentation, a learning rate
   * that stays.
   */
  public static Recipe of(String name, Stack model, Optimizer optimizer) {
    return new Recipe(
        name,
        model,
        MNIST,
        "none",
        "none",
        0,
        optimizer,
        "constant",
        "none",
        0,
        0,
        15,
        0,
        128,
        1,
        1,
        0,
        Validation.NONE,
        null,
        null,
        null);
  }

  /**
   * A sentence where the optimizer's learning rate is written in vain: the schedule sets the rate
   * itself, and to another one.
   */
  public Optional<String> unusedRate() {
    int updates = 1 + USUAL_IMAGES / batch / accumulation;
    double written = optimizer.learningRate();
    OptionalDouble peak = Schedules.ownPeak(schedule, epochs, updates);
    if (peak.isEmpty() || Math.abs(peak.getAsDouble() / written - 1) < 0.01) {
      return Optional.empty();
    }
    String highest =
        new BigDecimal(peak.getAsDouble())
            .round(new MathContext(3))
            .stripTrailingZeros()
            .toPlainString();
    return Optional.of(
        Text.of(
                "The learning rate %s of the optimizer is not used: the schedule %s sets the rate, up to %s;",
                written, schedule, highest)
            + " change it there.");
  }

  /** A sentence where an average is written in vain: the run ends before it begins. */
  public Optional<String> unusedAverage() {
    return Averaging.firstEpoch(averaging) <= epochs
        ? Optional.empty()
        : Optional.of(
            Text.of(
                "The average %s is not used: the run ends after epoch %d; let it start earlier.",
                averaging, epochs));
  }

  /** A sentence where an end without augmentation is written in vain: there is none before it. */
  public Optional<String> unusedEnd() {
    boolean none =
        changesNothing(Augmentations.parse(augmentation))
            && Augmentations.parseBatch(mixing).isEmpty();
    return unaugmented > 0 && none
        ? Optional.of(
            Text.of(
                "unaugmented %s is not used: no picture of this recipe is augmented or mixed.",
                unaugmented))
        : Optional.empty();
  }

  private static boolean changesNothing(Augmentation augmentation) {
    return augmentation instanceof Identity
        || !augmentation.parts().isEmpty()
            && augmentation.parts().stream().allMatch(Recipe::changesNothing);
  }

  /** The same under another name. */
  public Recipe name(String name) {
    return with(draft -> draft.name = name);
  }

  /** The same with pixels normalized otherwise; null for as the images say. */
  public Recipe normalization(Normalization normalization) {
    return with(draft -> draft.normalization = normalization);
  }

  /** The same with another demand; null for this course's. */
  public Recipe assignment(Assignment assignment) {
    return with(draft -> draft.assignment = assignment);
  }

  /** The same with a teacher; null for none. */
  public Recipe teacher(Teacher teacher) {
    return with(draft -> draft.teacher = teacher);
  }

  /** What is demanded of a run: the recipe's own assignment, or this course's. */
  public Assignment goal() {
    return assignment == null ? Assignment.MNIST : assignment;
  }

  /** The same with another net. */
  public Recipe model(Stack model) {
    return with(draft -> draft.model = model);
  }

  /** The same on other data, whose normalization is not that of the former. */
  public Recipe data(String data) {
    return data.equals(this.data)
        ? this
        : with(
            draft -> {
              draft.data = data;
              draft.normalization = null;
            });
  }

  /** The same with another augmentation. */
  public Recipe augmentation(String augmentation) {
    return with(draft -> draft.augmentation = augmentation);
  }

  /** The same with batches mixed another way. */
  public Recipe mixing(String mixing) {
    return with(draft -> draft.mixing = mixing);
  }

  /** The same with such a share of the training, at its end, without augmentation and mixing. */
  public Recipe unaugmented(double unaugmented) {
    return with(draft -> draft.unaugmented = unaugmented);
  }

  /** The same with another optimizer. */
  public Recipe optimizer(Optimizer optimizer) {
    return with(draft -> draft.optimizer = optimizer);
  }

  /** The same with another learning rate schedule. */
  public Recipe schedule(String schedule) {
    return with(draft -> draft.schedule = schedule);
  }

  /** The same with another average. */
  public Recipe averaging(String averaging) {
    return with(draft -> draft.averaging = averaging);
  }

  /** The same with smoothed labels. */
  public Recipe labelSmoothing(double labelSmoothing) {
    return with(draft -> draft.labelSmoothing = labelSmoothing);
  }

  /** The same with clipped gradients. */
  public Recipe clipping(double clipping) {
    return with(draft -> draft.clipping = clipping);
  }

  /** The same for another number of epochs. */
  public Recipe epochs(int epochs) {
    return with(draft -> draft.epochs = epochs);
  }

  /** The same with early stopping. */
  public Recipe patience(int patience) {
    return with(draft -> draft.patience = patience);
  }

  /** The same with another batch size. */
  public Recipe batch(int batch) {
    return with(draft -> draft.batch = batch);
  }

  /** The same with gradients of several batches added up. */
  public Recipe accumulation(int accumulation) {
    return with(draft -> draft.accumulation = accumulation);
  }

  /** The same with another seed. */
  public Recipe seed(long seed) {
    return with(draft -> draft.seed = seed);
  }

  /** The same on the first so many training images only. */
  public Recipe limit(int limit) {
    return with(draft -> draft.limit = limit);
  }

  /** The same, tested on so many training images that are kept out of training; 0 for none. */
  public Recipe validation(int images) {
    return validation(new Validation.Images(images));
  }

  /** The same, tested on training images that are kept out of training. */
  public Recipe validation(Validation validation) {
    return with(draft -> draft.validation = validation);
  }

  /** Whether it is tested on training images that are kept out of training, not on the test set. */
  public boolean validates() {
    return !Validation.NONE.equals(validation);
  }

  /** In how many parts two recipes differ. */
  public int differences(Recipe other) {
    int differences = 0;
    try {
      for (RecordComponent part : Recipe.class.getRecordComponents()) {
        Method accessor = part.getAccessor();
        differences += Objects.equals(accessor.invoke(this), accessor.invoke(other)) ? 0 : 1;
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
    return differences;
  }

  private Recipe with(Consumer<RecipeDraft> change) {
    RecipeDraft draft = new RecipeDraft(this);
    change.accept(draft);
    return draft.recipe();
  }
}
