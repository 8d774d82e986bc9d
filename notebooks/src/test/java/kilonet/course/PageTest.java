package kilonet.course;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class PageTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '"',
      value = {
        "a|b → a\\|b",
        "<img src=x> → \\<img src=x\\>",
        "*bold* and `code` → \\*bold\\* and \\`code\\`",
        "[a](b) → \\[a\\](b)",
        "_x_ of model_3 → \\_x\\_ of model_3",
        "~~a~~ → \\~~a\\~~",
        "&lt; R&D & more → \\&lt; R\\&D & more",
        "$5 and $6 → \\$5 and \\$6",
        "\"two\nlines\" → two lines",
        "plain, with (brackets) - and 99.4% → plain, with (brackets) - and 99.4%"
      })
  void whatComesFromDataIsNoMarkdown(String text, String expected) {
    Page page =
        new Page(text, false)
            .list(List.of(text))
            .paragraph(text)
            .table(Table.create(StringColumn.create(text, text)));
    assertThat(page.markdown())
        .isEqualTo(
            String.format("# %1$s%n%n- %1$s%n%n%1$s%n%n| %1$s |%n|---:|%n| %1$s |%n", expected));
    assertThat(new Page("").paragraph("`kept`").markdown()).isEqualTo("`kept`\n");
  }

  @Test
  void codeEndsWhereItsFenceDoes() {
    assertThat(new Page("").code("a\n```\n# b").markdown())
        .isEqualTo("````text\na\n```\n# b\n````\n");
  }
}
