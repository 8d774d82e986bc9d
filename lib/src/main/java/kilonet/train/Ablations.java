package kilonet.train;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import kilonet.augment.Augmentation;
import kilonet.augment.Augmentations;
import kilonet.augment.Compose;
import kilonet.augment.Identity;
import kilonet.text.Term;
import kilonet.text.TermParser;

/**
 * A recipe with one of its ingredients left out at a time, to see what each is worth. An ablation
 * is called like its recipe, with {@code -without-} and the ingredient: {@code
 * record/small-without-averaging}.
 *
 * <p>Ingredients are: weight averaging; each augmentation ({@code rotation}, a second one {@code
 * rotation-2}; {@code augmentation} where it is the only one); mixing of batches; the learning rate
 * schedule, for a rate that stays; Nesterov's momentum, for plain momentum; Muon, for Nesterov's
 * momentum; weight decay; label smoothing; clipping; accumulation of gradients; dropout; the
 * teacher.
 */
public final class Ablations {

  private Ablations() {}

  /** One recipe for each ingredient that the recipe has. */
  public static List<Recipe> of(Recipe recipe) {
    Optimizer optimizer = recipe.optimizer();
    Map<String, UnaryOperator<Recipe>> changes = new LinkedHashMap<>();
    changes.put("averaging", r -> r.averaging("none"));
    augmentations(recipe.augmentation())
        .forEach((name, rest) -> changes.put(name, r -> r.augmentation(rest)));
    changes.put("mixing", r -> r.mixing("none"));
    changes.put("unaugmented-end", r -> r.unaugmented(0));
    changes.put("schedule", r -> r.schedule("constant"));
    if (optimizer.kind() == Optimizer.Kind.NESTEROV) {
      changes.put(
          "nesterov",
          r ->
              r.optimizer(
                  Optimizer.sgd(optimizer.learningRate(), optimizer.momentum())
                      .weightDecay(optimizer.weightDecay(), optimizer.decayNormAndBias())));
    }
    if (optimizer.kind() == Optimizer.Kind.MUON) {
      changes.put(
          "muon",
          r ->
              r.optimizer(
                  Optimizer.nesterov(optimizer.learningRate(), optimizer.momentum())
                      .weightDecay(optimizer.weightDecay(), optimizer.decayNormAndBias())));
    }
    changes.put(
        "weight-decay", r -> r.optimizer(optimizer.weightDecay(0, optimizer.decayNormAndBias())));
    changes.put("label-smoothing", r -> r.labelSmoothing(0));
    changes.put("clipping", r -> r.clipping(0));
    changes.put("accumulation", r -> r.accumulation(1));
    changes.put("dropout", r -> r.model(r.model().dropout(0)));
    changes.put("teacher", r -> r.teacher(null));
    List<Recipe> ablations = new ArrayList<>();
    changes.forEach(
        (name, change) -> {
          Recipe changed = change.apply(recipe);
          if (!changed.equals(recipe)) {
            ablations.add(changed.name(recipe.name() + "-without-" + name));
          }
        });
    return ablations;
  }

  /** For each augmentation of a chain what is left without it. */
  private static Map<String, String> augmentations(String text) {
    Map<String, String> rests = new LinkedHashMap<>();
    if (text.isBlank()) {
      return rests;
    }
    List<Term> terms = new ArrayList<>(TermParser.parse(text, "+"));
    terms.removeIf(term -> term.name().equals("none"));
    List<Augmentation> steps = new ArrayList<>(new Compose(Augmentations.parse(text)).parts());
    steps.removeIf(Identity.class::isInstance);
    if (terms.size() == 1) {
      rests.put("augmentation", "none");
      return rests;
    }
    Map<String, Integer> times = new HashMap<>();
    for (int i = 0; i < terms.size(); i++) {
      List<Augmentation> rest = new ArrayList<>(steps);
      rest.remove(i);
      int time = times.merge(terms.get(i).name(), 1, Integer::sum);
      rests.put(
          terms.get(i).name() + (time == 1 ? "" : "-" + time),
          rest.size() == 1 ? rest.get(0).toString() : new Compose(rest).toString());
    }
    return rests;
  }
}
