package org.tokenfilter.metrics;

import java.io.IOException;
import java.io.InputStream;

/**
 * Sees all classes as a web application does: the library's are its own, and go with it. Those of
 * Micrometer it shares with the others, or does not see at all.
 */
final class OwnClasses extends ClassLoader {

  private final boolean withMicrometer;

  OwnClasses(boolean withMicrometer) {
    super(OwnClasses.class.getClassLoader());
    this.withMicrometer = withMicrometer;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (name.startsWith("io.micrometer.") && !withMicrometer) {
      throw new ClassNotFoundException(name);
    }
    if (!name.startsWith("org.tokenfilter.")) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known == null ? own(name) : known;
    }
  }

  private Class<?> own(String name) throws ClassNotFoundException {
    try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (file == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = file.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  /** Makes one of its own, by the constructor without parameters. */
  Object make(Class<?> type) throws ReflectiveOperationException {
    var constructor = loadClass(type.getName()).getDeclaredConstructor();
    constructor.setAccessible(true);
    return constructor.newInstance();
  }
}
