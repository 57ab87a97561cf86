package org.tokenfilter.integration.container;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * A record that takes the place of an application's: the JDK keeps the class whose equals was
 * linked last, until there is another.
 */
record LastLinkedRecord(String text) {

  /** Links the equals of one more class. */
  static void takeThePlace() throws Exception {
    var constructor = another().getDeclaredConstructor(String.class);
    constructor.setAccessible(true);
    if (constructor.newInstance("one").equals(constructor.newInstance("another"))) {
      throw new AssertionError("records compare by their components");
    }
  }

  /** This class once more, in a class loader of its own. */
  private static Class<?> another() throws IOException {
    String file = LastLinkedRecord.class.getSimpleName() + ".class";
    try (InputStream in = LastLinkedRecord.class.getResourceAsStream(file)) {
      byte[] bytes = Objects.requireNonNull(in).readAllBytes();
      return new ClassLoader(ClassLoader.getPlatformClassLoader()) {
        Class<?> define() {
          return defineClass(LastLinkedRecord.class.getName(), bytes, 0, bytes.length);
        }
      }.define();
    }
  }
}
