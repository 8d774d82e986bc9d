package kilonet.kernel.render;

import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import kilonet.kernel.Shows;
import kilonet.model.Summary;

/** Summaries of nets as tables. */
@Shows("kilonet.model.Summary")
public final class SummaryRenderer implements Renderer<Summary> {
  /** A renderer. */
  public SummaryRenderer() {}

  @Override
  public Class<Summary> type() {
    return Summary.class;
  }

  @Override
  public MimeBundle render(Summary summary) {
    return bundle(summary);
  }

  static MimeBundle bundle(Summary summary) {
    String text = summary.toString();
    String total = text.substring(text.lastIndexOf('\n') + 1);
    return MimeBundle.of(
            "text/html",
            TableRenderer.html(summary.table(), summary.rows().size())
                + "<p><b>"
                + Html.escape(total)
                + "</b></p>")
        .with("text/plain", text);
  }
}
