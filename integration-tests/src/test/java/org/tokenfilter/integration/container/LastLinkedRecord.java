package org.tokenfilter.integration.container;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * A record that displaces the record of an application: the JDK keeps a reference to the class
 * whose equals was linked last.
 */
record LastLinkedRecord(String text) {

  /** Links the equals of one more class. */
  static void replaceLastLinked() throws Exception {
    var constructor = redefine().getDeclaredConstructor(String.class);
    constructor.setAccessible(true);
    if (constructor.newInstance("one").equals(constructor.newInstance("another"))) {
      throw new AssertionError("records with different components must not be equal");
    }
  }

  /** Defines this class once more, in its own class loader. */
  private static Class<?> redefine() throws IOException {
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
