package kilonet.data;

import java.nio.file.Path;

/**
 * A file and the class that its folder says.
 *
 * @param path where it is
 * @param label the place of its class among all
 */
record LabelledFile(Path path, int label) {}
