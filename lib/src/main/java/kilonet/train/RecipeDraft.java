package kilonet.train;

import kilonet.data.Normalization;
import kilonet.model.Stack;

/** A recipe whose parts can be changed one at a time. */
final class RecipeDraft {

  String name;
  Stack model;
  String data;
  String augmentation;
  String mixing;
  double unaugmented;
  Optimizer optimizer;
  String schedule;
  String averaging;
  double labelSmoothing;
  double clipping;
  int epochs;
  int patience;
  int batch;
  int accumulation;
  long seed;
  int limit;
  Validation validation;
  Normalization normalization;
  Assignment assignment;
  Teacher teacher;

  RecipeDraft(Recipe recipe) {
    name = recipe.name();
    model = recipe.model();
    data = recipe.data();
    augmentation = recipe.augmentation();
    mixing = recipe.mixing();
    unaugmented = recipe.unaugmented();
    optimizer = recipe.optimizer();
    schedule = recipe.schedule();
    averaging = recipe.averaging();
    labelSmoothing = recipe.labelSmoothing();
    clipping = recipe.clipping();
    epochs = recipe.epochs();
    patience = recipe.patience();
    batch = recipe.batch();
    accumulation = recipe.accumulation();
    seed = recipe.seed();
    limit = recipe.limit();
    validation = recipe.validation();
    normalization = recipe.normalization();
    assignment = recipe.assignment();
    teacher = recipe.teacher();
  }

  /** The recipe as changed, if it can be one; its teacher follows it to other images. */
  Recipe recipe() {
    return new Recipe(
        name,
        model,
        data,
        augmentation,
        mixing,
        unaugmented,
        optimizer,
        schedule,
        averaging,
        labelSmoothing,
        clipping,
        epochs,
        patience,
        batch,
        accumulation,
        seed,
        limit,
        validation,
        normalization,
        assignment,
        teacher == null ? null : teacher.on(data, limit, validation, normalization));
  }
}
