package org.tokenfilter.integration.jar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The report of a start with a library that is too old, or missing. */
final class OldLibrariesIT {

  private static final Path TOO_OLD = Path.of("target/containers/too-old").toAbsolutePath();

  @ParameterizedTest
  @CsvSource({
    "JACKSON, jackson-core, 2.15",
    "NIMBUS, nimbus-jose-jwt, 9.32",
    "CAFFEINE, caffeine, 2.7"
  })
  void reportsTooOldLibraryInOneSentence(LibraryJar jar, String artifact, String needed)
      throws Exception {
    Path old = outdatedJar(artifact);
    try (URLClassLoader loader = loader(jar, old)) {
      assertThat(startProblems(loader))
          .containsExactly(
              "%s is too old (%s): the token filter needs %s or later"
                  .formatted(artifact, old.toUri().toURL(), needed));
    }
  }

  @ParameterizedTest
  @CsvSource({"JACKSON, jackson-core", "NIMBUS, nimbus-jose-jwt"})
  void reportsMissingLibraryInOneSentence(LibraryJar jar, String artifact) throws Exception {
    try (URLClassLoader loader = loader(jar, null)) {
      assertThat(startProblems(loader))
          .singleElement()
          .asString()
          .startsWith(artifact + " is missing: the token filter needs ");
    }
  }

  @Test
  void reportsTooOldServletApiInOneSentence() throws Exception {
    Path old = outdatedJar("jakarta.servlet-api");
    try (URLClassLoader loader = loader(LibraryJar.SERVLET, old)) {
      assertThat(problems(() -> initFilter(loader)))
          .containsExactly(
              "the Servlet API of the container is too old (%s): the token filter needs 6.0 or later"
                  .formatted(old.toUri().toURL()));
    }
  }

  /** The same loader with the required versions, so that no test above fails for another reason. */
  @Test
  void acceptsLibrariesOfTheBuild() throws Exception {
    try (URLClassLoader loader = loader(LibraryJar.SLF4J, LibraryJar.SLF4J.path())) {
      assertThat(startProblems(loader))
          .isNotEmpty()
          .allMatch(problem -> problem.startsWith("token."));
      assertThat(problems(() -> initFilter(loader)))
          .isNotEmpty()
          .allMatch(problem -> problem.startsWith("token."));
    }
  }

  private static Path outdatedJar(String artifact) throws IOException {
    try (Stream<Path> jars = Files.list(TOO_OLD)) {
      return jars.filter(it -> it.getFileName().toString().startsWith(artifact))
          .findFirst()
          .orElseThrow();
    }
  }

  private static URLClassLoader loader(LibraryJar replaced, @Nullable Path by) throws IOException {
    EnumSet<LibraryJar> jars = EnumSet.copyOf(LibraryJar.REQUIRED);
    jars.add(LibraryJar.SERVLET);
    jars.remove(replaced);
    List<URL> urls = new ArrayList<>();
    for (LibraryJar jar : jars) {
      urls.add(jar.path().toUri().toURL());
    }
    if (by != null) {
      urls.add(by.toUri().toURL());
    }
    return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  @FunctionalInterface
  private interface StartAction {
    void run() throws Exception;
  }

  private static List<String> startProblems(ClassLoader loader) throws Exception {
    return problems(
        () ->
            loader
                .loadClass("org.tokenfilter.config.TokenSecurity")
                .getMethod("from", Map.class)
                .invoke(null, Map.of()));
  }

  /** Initializes the filter as a container does for web.xml. */
  private static void initFilter(ClassLoader loader) throws Exception {
    Class<?> config = loader.loadClass("jakarta.servlet.FilterConfig");
    Class<?> context = loader.loadClass("jakarta.servlet.ServletContext");
    Class<?> filter = loader.loadClass("org.tokenfilter.filter.TokenFilter");
    filter
        .getMethod("init", config)
        .invoke(
            filter.getConstructor().newInstance(),
            emptyProxy(config, Map.of("getServletContext", emptyProxy(context, Map.of()))));
  }

  /** Returns a proxy of an interface for an application without settings. */
  private static Object emptyProxy(Class<?> type, Map<String, Object> answers) {
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, arguments) -> {
          if (method.getReturnType() == Enumeration.class) {
            return Collections.emptyEnumeration();
          }
          return method.getReturnType() == String.class && !method.getName().startsWith("getInit")
              ? ""
              : answers.get(method.getName());
        });
  }

  private static List<String> problems(StartAction start) throws Exception {
    try {
      start.run();
      return List.of();
    } catch (InvocationTargetException e) {
      Throwable refused = Objects.requireNonNull(e.getCause());
      if (!refused.getClass().getSimpleName().equals("ConfigurationException")) {
        throw new AssertionError("another failure", refused);
      }
      return ((List<?>) refused.getClass().getMethod("problems").invoke(refused))
          .stream().map(String::valueOf).toList();
    }
  }
}
