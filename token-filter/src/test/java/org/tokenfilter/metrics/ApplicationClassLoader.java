package org.tokenfilter.metrics;

import java.io.IOException;
import java.io.InputStream;

/**
 * A class loader like that of a web application: it loads the library's classes itself, and they
 * are unloaded with it. Micrometer's classes are shared with other applications, or hidden.
 */
final class ApplicationClassLoader extends ClassLoader {

  private final boolean withMicrometer;

  ApplicationClassLoader(boolean withMicrometer) {
    super(ApplicationClassLoader.class.getClassLoader());
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
      return known == null ? defineOwn(name) : known;
    }
  }

  private Class<?> defineOwn(String name) throws ClassNotFoundException {
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

  /** Creates an instance of its own version of a class, by the constructor without parameters. */
  Object create(Class<?> type) throws ReflectiveOperationException {
    var constructor = loadClass(type.getName()).getDeclaredConstructor();
    constructor.setAccessible(true);
    return constructor.newInstance();
  }
}
