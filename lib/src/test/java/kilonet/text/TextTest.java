package kilonet.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class TextTest {

  @Test
  void reasonsOfFilesAreWords() {
    assertThat(Text.reason(new AccessDeniedException("a/b"))).isEqualTo("no permission for a/b");
    assertThat(Text.reason(new NoSuchFileException("a/b"))).isEqualTo("there is no a/b");
    assertThat(Text.reason(new FileAlreadyExistsException("a/b"))).isEqualTo("a/b is no folder");
    assertThat(Text.reason(new FileSystemException("a/b", null, "Not a directory")))
        .isEqualTo("a/b: Not a directory");
    assertThat(Text.reason(new IOException("No space left on device")))
        .isEqualTo("No space left on device");
    assertThat(Text.reason(new FileSystemLoopException("a/b")))
        .isEqualTo("a/b leads back to a folder that it is in");
    assertThat(Text.reason(new ClosedByInterruptException()))
        .isEqualTo("the thread was interrupted");
    assertThat(Text.reason(new EOFException())).isEqualTo("EOFException");
  }
}
