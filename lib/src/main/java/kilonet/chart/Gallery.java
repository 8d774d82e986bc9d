package kilonet.chart;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.util.ArrayList;
import java.util.List;
import kilonet.augment.Augmentation;
import kilonet.augment.Picture;
import kilonet.augment.RandomStream;
import kilonet.data.Datasets;
import kilonet.data.ImageSet;
import kilonet.evaluate.GradCam;
import kilonet.evaluate.Mistake;
import kilonet.text.Text;
import kilonet.train.Predictions;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Galleries of images; digits are drawn as ink on paper. */
public final class Gallery {

  private static final int TOP = 64;
  private static final int MARGIN = 16;

  private Gallery() {}

  /** A picture of the gallery, pixels from 0 to 1, and the line below it. */
  private record Item(PixelArt art, String caption, Color frame) {}

  /**
   * Images that a net gets wrong, greatest loss first, each with its true class, the predicted
   * class and the probability of that.
   *
   * @param set the images that the predictions are about
   * @param predictions what the net says of them
   * @param most how many at most, at least 1
   * @throws IllegalArgumentException if set and predictions differ in size
   */
  public static Figure mistakes(ImageSet set, Predictions predictions, int most) {
    requireSame(set, predictions);
    List<Mistake> all = Mistake.all(predictions);
    List<Item> items =
        all.stream()
            .limit(most)
            .map(
                m ->
                    new Item(
                        PixelArt.of(set, m.image()),
                        Text.of(
                            "%s → %s, %s",
                            predictions.className(m.truth()),
                            predictions.className(m.predicted()),
                            percent(m.probability())),
                        Palette.GRID))
            .toList();
    String title =
        Text.of(
            "%,d of %,d %s are classified wrongly%s",
            all.size(),
            set.size(),
            things(set),
            all.size() > items.size() ? Text.of("; the %d of greatest loss", items.size()) : "");
    return grid(
        title,
        "true class → predicted class, and the probability of the prediction",
        items,
        captions(items),
        3);
  }

  /**
   * Images that a net gets wrong, greatest loss first, and where it looked: each beside {@link
   * GradCam}'s maps of the class that it was given and of its true class.
   *
   * @param network takes such images; it stays as it is
   * @param set the images that the predictions are about
   * @param predictions what the net says of them
   * @param most how many at most, at least 1
   * @throws IllegalArgumentException if set and predictions differ in size, or the net has no
   *     pictures inside
   */
  public static Figure explained(
      MultiLayerNetwork network, ImageSet set, Predictions predictions, int most) {
    requireSame(set, predictions);
    List<Item> items = new ArrayList<>();
    for (Mistake m : Mistake.all(predictions).stream().limit(most).toList()) {
      PixelArt art = PixelArt.of(set, m.image());
      items.add(new Item(art, predictions.className(m.truth()), Palette.GRID));
      for (int output : new int[] {m.predicted(), m.truth()}) {
        GradCam cam = GradCam.of(network, set.input(m.image()), output);
        items.add(
            new Item(
                art.under(cam.over(set.height(), set.width())),
                Text.of("for %s", predictions.className(output)),
                Palette.GRID));
      }
    }
    return grid(
        Text.of("Where the net looks in %s that it gets wrong", things(set)),
        "each picture, what speaks for the class it is taken for, and for its true one (Grad-CAM)",
        items,
        6,
        3);
  }

  private static void requireSame(ImageSet set, Predictions predictions) {
    if (set.size() != predictions.size()) {
      throw new IllegalArgumentException(
          Text.of(
              "%,d predictions say nothing about %,d images: give the images that were predicted.",
              predictions.size(), set.size()));
    }
  }

  /** So many pictures beside each other that what is written below them has room. */
  private static int captions(List<Item> items) {
    int longest = items.stream().mapToInt(item -> item.caption.length()).max().orElse(0);
    return Math.max(2, Math.min(8, 120 / Math.max(1, longest)));
  }

  /** What the images of a set are called. */
  static String things(ImageSet set) {
    return Datasets.isDigits(set.name()) ? "digits" : "images";
  }

  /**
   * Images of each class, a row a class, in the order of the set.
   *
   * @param set where they are from
   * @param each how many of a class, 1 to 16
   */
  public static Figure samples(ImageSet set, int each) {
    List<Item> items = new ArrayList<>();
    for (int c = 0; c < set.classes(); c++) {
      int found = 0;
      for (int i = 0; i < set.size() && found < each; i++) {
        if (set.label(i) == c) {
          String caption = Datasets.isDigits(set.name()) ? "" : set.className(i);
          items.add(new Item(PixelArt.of(set, i), caption, Palette.GRID));
          found++;
        }
      }
      for (; found < each; found++) {
        items.add(null);
      }
    }
    return grid(
        Text.of("The first %d %s of each class", each, things(set)),
        Text.of(
            "%s, %,d images of %d x %d pixels", set.name(), set.size(), set.height(), set.width()),
        items,
        each,
        2);
  }

  /**
   * Images and what an augmentation makes of them: the original at the left, variants beside it.
   *
   * @param set where the images are from
   * @param augmentation what changes them
   * @param seed what the variants are drawn from
   * @param digits how many, from the start of the set, at least 1
   * @param variants how many of each, 1 to 10
   */
  public static Figure augmented(
      ImageSet set, Augmentation augmentation, long seed, int digits, int variants) {
    List<Item> items = new ArrayList<>();
    Picture picture = new Picture(set.channels(), set.height(), set.width());
    for (int i = 0; i < Math.min(digits, set.size()); i++) {
      items.add(new Item(PixelArt.of(set, i), "original", Palette.MARK));
      for (int v = 0; v < variants; v++) {
        picture.resize(set.height(), set.width());
        picture.load(set.pixels(), i * set.imageSize());
        augmentation.apply(picture, new RandomStream(seed, i, v));
        items.add(new Item(PixelArt.of(picture, set), "", Palette.GRID));
      }
    }
    return grid(
        Text.of("Augmented %s beside their originals", things(set)),
        augmentation.toString(),
        items,
        variants + 1,
        3);
  }

  private static Figure grid(
      String title, String subtitle, List<Item> items, int columns, int scale) {
    int cell = (Figure.WIDTH - 2 * MARGIN) / columns;
    boolean captions = items.stream().anyMatch(item -> item != null && !item.caption.isEmpty());
    int fit =
        items.isEmpty()
            ? 1
            : items.stream().filter(i -> i != null).mapToInt(i -> i.art.width()).max().orElse(1);
    int zoom = Math.max(1, Math.min(scale, (cell - 6) / fit));
    int high =
        items.stream().filter(i -> i != null).mapToInt(i -> i.art.height()).max().orElse(1) * zoom;
    int row = high + (captions ? 30 : 8);
    int rows = (items.size() + columns - 1) / columns;
    return Figure.of(
        Figure.WIDTH,
        TOP + rows * row + MARGIN,
        g -> {
          heading(g, title, subtitle);
          for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            if (item == null) {
              continue;
            }
            double centre = MARGIN + (i % columns + 0.5) * cell;
            int x = (int) Math.round(centre - item.art.width() * zoom / 2.0);
            int y = TOP + i / columns * row;
            item.art.paint(g, x, y, zoom);
            g.setColor(item.frame);
            g.drawRect(x - 1, y - 1, item.art.width() * zoom + 1, item.art.height() * zoom + 1);
            Figure.text(
                g,
                item.caption,
                Palette.INK,
                Figure.font(Font.PLAIN, 13),
                centre,
                y + high + 17,
                Figure.Align.CENTRE);
          }
        });
  }

  /** Title and a line below it. */
  static void heading(Graphics2D g, String title, String subtitle) {
    Figure.text(
        g,
        title,
        Palette.INK,
        Figure.font(Font.BOLD, 16),
        Figure.WIDTH / 2.0,
        26,
        Figure.Align.CENTRE);
    Figure.text(
        g,
        subtitle,
        Palette.MUTED,
        Figure.font(Font.PLAIN, 13),
        Figure.WIDTH / 2.0,
        47,
        Figure.Align.CENTRE);
  }

  private static String percent(double probability) {
    return Text.of(probability >= 0.995 ? "%.1f%%" : "%.0f%%", 100 * probability);
  }
}
