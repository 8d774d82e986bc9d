package kilonet.model;

import java.util.List;
import kilonet.text.Numbers;
import kilonet.text.Text;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.learning.config.NoOp;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * The table of a sequential net's layers: shapes, trainable parameters, arithmetic and receptive
 * fields.
 *
 * @param rows one row a layer, from input to output
 * @param parameters trainable parameters of all layers; the running mean and variance of batch
 *     norm, which {@code numParams()} of Deeplearning4j counts too, are not trained
 * @param multiplyAdds multiply-adds of one picture's forward pass, in convolutions and dense layers
 */
public record Summary(List<Row> rows, long parameters, long multiplyAdds) {

  /**
   * One layer.
   *
   * @param layer its name, or its kind where it has none
   * @param kernel {@code height x width} of the kernel or window, empty where there is none
   * @param stride step of the kernel, empty where there is none
   * @param padding zeros added at each side, empty where there is none
   * @param output shape of its output for one picture, {@code channels x height x width}
   * @param parameters trainable parameters
   * @param multiplyAdds multiply-adds of one picture's forward pass
   * @param jump pixels between neighbouring values, along the height
   * @param start centre of the first value's receptive field, along the height
   * @param receptiveField pixels seen along the height
   * @param jumpWidth pixels between neighbouring values, along the width
   * @param startWidth centre of the first value's receptive field, along the width
   * @param receptiveFieldWidth pixels seen along the width
   */
  public record Row(
      String layer,
      String kernel,
      String stride,
      String padding,
      String output,
      long parameters,
      long multiplyAdds,
      long jump,
      double start,
      long receptiveField,
      long jumpWidth,
      double startWidth,
      long receptiveFieldWidth) {

    String field() {
      return receptiveField == receptiveFieldWidth
          ? Long.toString(receptiveField)
          : receptiveField + "x" + receptiveFieldWidth;
    }
  }

  /** The summary of a stack. */
  public static Summary of(Stack stack) {
    return of(stack.configuration(new NoOp(), 0), stack.inputType());
  }

  /**
   * The summary of a sequential configuration whose pictures are as large as its layers say: a
   * configuration of Deeplearning4j does not keep the size that it was made for, but the sizes of
   * what it flattens. Where several squares come to them, it is that of MNIST if it is among them.
   *
   * @throws IllegalArgumentException if that leaves the size open: then {@linkplain
   *     #of(MultiLayerConfiguration, InputType) give it}; or if a layer's receptive field is not
   *     known here
   */
  public static Summary of(MultiLayerConfiguration configuration) {
    return of(configuration, SummaryReader.input(configuration));
  }

  /**
   * The summary of a sequential configuration.
   *
   * @param input shape of one picture
   * @throws IllegalArgumentException if a layer's receptive field is not known here, or the net is
   *     too large to be counted
   */
  public static Summary of(MultiLayerConfiguration configuration, InputType input) {
    try {
      return SummaryReader.read(configuration, input);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "This net has more parameters or multiply-adds than can be counted: make it smaller.", e);
    }
  }

  /** The layers as a table of Tablesaw. */
  public Table table() {
    Table table =
        Numbers.plain(
            Table.create(
                "summary",
                StringColumn.create("layer"),
                StringColumn.create("kernel"),
                StringColumn.create("stride"),
                StringColumn.create("padding"),
                StringColumn.create("output"),
                LongColumn.create("parameters"),
                LongColumn.create("multiply-adds"),
                LongColumn.create("jump"),
                DoubleColumn.create("start"),
                StringColumn.create("receptive field")));
    table.longColumn("parameters").setPrintFormatter(Numbers.format("#,##0"));
    table.longColumn("multiply-adds").setPrintFormatter(Numbers.format("#,##0"));
    for (Row row : rows) {
      table.stringColumn("layer").append(row.layer);
      table.stringColumn("kernel").append(row.kernel);
      table.stringColumn("stride").append(row.stride);
      table.stringColumn("padding").append(row.padding);
      table.stringColumn("output").append(row.output);
      table.longColumn("parameters").append(row.parameters);
      table.longColumn("multiply-adds").append(row.multiplyAdds);
      table.longColumn("jump").append(row.jump);
      table.doubleColumn("start").append(row.start);
      table.stringColumn("receptive field").append(row.field());
    }
    return table;
  }

  /** The layers and totals as text of at most 100 columns. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    String format = "%-16.16s %6s %6s %4s %14s %12s %13s %5s %7s %6s%n";
    text.append(
        Text.of(
            format,
            "layer",
            "kernel",
            "stride",
            "pad",
            "output",
            "parameters",
            "multiply-adds",
            "jump",
            "start",
            "field"));
    for (Row row : rows) {
      text.append(
          Text.of(
              format,
              row.layer,
              row.kernel,
              row.stride,
              row.padding,
              row.output,
              row.parameters == 0 ? "" : Text.of("%,d", row.parameters),
              row.multiplyAdds == 0 ? "" : Text.of("%,d", row.multiplyAdds),
              row.jump,
              Text.of("%.1f", row.start),
              row.field()));
    }
    Row last = rows.get(rows.size() - 1);
    text.append(
        Text.of(
            "receptive field: %s, multiply-adds of a picture: %,d%ntotal parameters: %d",
            last.field(), multiplyAdds, parameters));
    return text.toString();
  }
}
