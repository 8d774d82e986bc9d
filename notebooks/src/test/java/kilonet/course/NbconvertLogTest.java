package kilonet.course;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NbconvertLogTest {

  private final List<String> said = new ArrayList<>();
  private final NbconvertLog log = new NbconvertLog(said::add);

  private List<String> after(String text) {
    text.lines().forEach(log::line);
    return said;
  }

  @Test
  void anErrorIsToldByItsCellAndItsExceptionWithoutStacks() {
    assertThat(
            after(
                """
                epoch 1/15
                WARNING: Using incubator modules: jdk.incubator.vector
                Traceback (most recent call last):
                  File "/usr/bin/jupyter-nbconvert", line 33, in <module>
                    sys.exit(main())
                             ^^^^^^
                nbclient.exceptions.CellExecutionError: An error occurred while executing the following cell:
                ------------------
                for (int i = 0; i < 3; i++) {
                  System.out.println(1 / i);
                }
                ------------------

                \u001B[38;2;226;68;68mjava.lang.ArithmeticException\u001B[0m: / by zero
                \tat java.base/java.util.List.of(List.java:1)
                    at cell 3, line 2
                    at kilonet.kernel.Cell.run(Cell.java:12)
                    … 12 more
                """))
        .containsExactly(
            "epoch 1/15",
            "An error occurred while executing the following cell:",
            "------------------",
            "for (int i = 0; i < 3; i++) {",
            "  System.out.println(1 / i);",
            "}",
            "------------------",
            "",
            "java.lang.ArithmeticException: / by zero",
            "    at cell 3, line 2");
    assertThat(log.kernelIsMissing()).isFalse();
  }

  @Test
  void aKernelThatIsMissingIsNotedAndLeftToWhoAsks() {
    assertThat(
            after(
                """
                Traceback (most recent call last):
                  File "/usr/bin/jupyter-nbconvert", line 33, in <module>
                    raise NoSuchKernel(kernel_name)
                jupyter_client.kernelspec.NoSuchKernel: No such kernel named kilonet
                """))
        .isEmpty();
    assertThat(log.kernelIsMissing()).isTrue();
  }

  @Test
  void onlyTheCellThatFailsSaysSo() {
    assertThat(after("printed by a cell: No such kernel")).hasSize(1);
    assertThat(log.kernelIsMissing()).isFalse();
  }
}
