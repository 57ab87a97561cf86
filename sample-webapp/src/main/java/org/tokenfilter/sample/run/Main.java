package org.tokenfilter.sample.run;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The entry point of {@code java -jar sample-webapp.war}. It uses only the JDK: the container's
 * jars are nested in the WAR, from where no class loader can load them, so they are unpacked first.
 *
 * <pre>
 *   java [-Djetty.port=8080] [-Djetty.host=127.0.0.1] [-Dsample.data=sample-data] -jar sample-webapp.war
 * </pre>
 */
public final class Main {

  /** The jars of the container, and those that it shares with the application. */
  private static final Pattern JAR =
      Pattern.compile("WEB-INF/(?:lib-provided/|lib/(?:slf4j-api|logback)-)([^/]+\\.jar)");

  private static final int MAX_START_SECONDS = 30;

  private static final String SERVER = "org.tokenfilter.sample.run.WarServer";

  private Main() {}

  /** Runs the server until the process is stopped. */
  public static void main(String[] args) throws Exception {
    if (args.length > 0) {
      System.err.println(
          "usage: java [-Djetty.port=N] [-Djetty.host=H] [-Dsample.data=DIR] -jar sample-webapp.war");
      System.exit(2);
    }
    CompletableFuture<AutoCloseable> server = new CompletableFuture<>();
    AtomicReference<Path> unpacked = new AtomicReference<>();
    // Before anything is unpacked, so that an interrupted start leaves no files behind either.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, unpacked), "sample stop"));
    try {
      Path folder = Files.createTempDirectory("sample-webapp-");
      unpacked.set(folder);
      // The original path may have characters with which Jetty cannot open an archive.
      Path war = Files.copy(archive(), folder.resolve("sample.war"));
      List<URL> jars = unpack(war, folder.resolve("lib"));
      jars.add(war.toUri().toURL());
      server.complete(serve(war, folder.resolve("webapp"), jars));
    } catch (Exception failure) {
      System.err.println("the sample could not be started: " + failure);
      server.complete(() -> {});
      System.exit(1);
    }
  }

  private static AutoCloseable serve(Path war, Path folder, List<URL> jars) throws Exception {
    // It stays open, since the server loads classes from it until the process exits.
    @SuppressWarnings("resource")
    URLClassLoader loader =
        new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    Thread.currentThread().setContextClassLoader(loader);
    try {
      return (AutoCloseable)
          loader
              .loadClass(SERVER)
              .getMethod("serve", Path.class, Path.class)
              .invoke(null, war, folder);
    } catch (InvocationTargetException failure) {
      throw failure.getCause() instanceof Exception cause ? cause : failure;
    }
  }

  /** Stops the server. A server that is still starting is stopped once it has started. */
  private static void stop(Future<AutoCloseable> server, AtomicReference<Path> unpacked) {
    try {
      server.get(MAX_START_SECONDS, TimeUnit.SECONDS).close();
    } catch (Exception failure) {
      System.err.println("the sample did not stop cleanly: " + failure);
    }
    Path folder = unpacked.get();
    if (folder != null) {
      delete(folder);
    }
  }

  private static Path archive() throws URISyntaxException {
    return Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static List<URL> unpack(Path war, Path folder) throws IOException {
    Files.createDirectories(folder);
    List<URL> jars = new ArrayList<>();
    try (JarFile file = new JarFile(war.toFile())) {
      for (JarEntry entry : file.stream().filter(Main::isJar).toList()) {
        Path jar = folder.resolve(Path.of(entry.getName()).getFileName());
        try (InputStream content = file.getInputStream(entry)) {
          Files.copy(content, jar);
        }
        jars.add(jar.toUri().toURL());
      }
    }
    return jars;
  }

  private static boolean isJar(JarEntry entry) {
    return JAR.matcher(entry.getName()).matches();
  }

  private static void delete(Path folder) {
    try (Stream<Path> inside = Files.walk(folder)) {
      inside.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException left) {
      System.err.println("could not delete " + folder);
    }
  }
}
