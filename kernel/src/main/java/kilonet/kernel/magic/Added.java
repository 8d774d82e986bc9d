package kilonet.kernel.magic;

import java.nio.file.Path;
import java.util.List;

/**
 * What a magic has put on the class path: shown as text while it did, a list of paths to code that
 * asks for it.
 *
 * @param paths absolute paths
 */
record Added(List<String> paths) {
  static Added of(List<Path> paths) {
    return new Added(paths.stream().map(path -> path.toAbsolutePath().toString()).toList());
  }
}
