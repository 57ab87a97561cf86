package org.tokenfilter.integration.container;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The class path of one container: its jars, the JDK, and the classes of this package that run it.
 * Apart from {@link Server}, nothing else of the class path of the tests is visible in it.
 */
final class ContainerLoader extends URLClassLoader {

  ContainerLoader(Path jars, Path... more) throws IOException {
    super(urls(jars), new SharedTypes());
    for (Path folder : more) {
      for (URL url : urls(folder)) {
        addURL(url);
      }
    }
  }

  private static URL[] urls(Path jars) throws IOException {
    try (Stream<Path> files = Files.list(jars)) {
      return files.sorted().map(ContainerLoader::url).toArray(URL[]::new);
    }
  }

  private static URL url(Path file) {
    try {
      return file.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException("a file always has a URL", e);
    }
  }

  /**
   * Defines classes of this package anew, so that their references resolve to classes of the
   * container.
   */
  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    String room = name.substring(0, name.lastIndexOf('.') + 1);
    if (!room.equals(ContainerLoader.class.getPackageName() + ".")) {
      return super.findClass(name);
    }
    String file = name.replace('.', '/') + ".class";
    try (InputStream in = ContainerLoader.class.getClassLoader().getResourceAsStream(file)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  /** The JDK, and the one type that tests and containers share. */
  private static final class SharedTypes extends ClassLoader {

    SharedTypes() {
      super(ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.equals(Server.class.getName())) {
        return Server.class;
      }
      throw new ClassNotFoundException(name);
    }
  }
}
