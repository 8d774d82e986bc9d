package kilonet.kernel;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a {@link Renderer}: the name of the type that it shows. The renderer is made only when there
 * is a value of that type, so that a notebook may still bring another version of the type's
 * library.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Shows {
  /**
   * The type.
   *
   * @return its binary name
   */
  String value();
}
