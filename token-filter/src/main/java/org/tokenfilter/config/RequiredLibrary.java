package org.tokenfilter.config;

import java.net.URL;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A library that this one needs, in the version that the application or its container provides. The
 * version is checked at the start, since otherwise a request would fail for a missing class or
 * method.
 */
enum RequiredLibrary {
  JACKSON("jackson-core", "2.15", "com.fasterxml.jackson.core.JsonFactory") {
    @Override
    void lookForWhatIsNew() throws ReflectiveOperationException {
      load("com.fasterxml.jackson.core.StreamReadConstraints");
    }
  },

  NIMBUS("nimbus-jose-jwt", "9.32", "com.nimbusds.jose.JWEHeader") {
    @Override
    void lookForWhatIsNew() throws ReflectiveOperationException {
      load("com.nimbusds.jose.crypto.DirectEncrypter")
          .getMethod("encrypt", load("com.nimbusds.jose.JWEHeader"), byte[].class, byte[].class);
    }
  },

  CAFFEINE("caffeine", "2.7", "com.github.benmanes.caffeine.cache.Caffeine") {
    @Override
    void lookForWhatIsNew() throws ReflectiveOperationException {
      load("com.github.benmanes.caffeine.cache.Caffeine")
          .getMethod("expireAfterWrite", Duration.class);
    }
  },

  /** Paths are matched by the rules of this version; containers of older ones are not tested. */
  SERVLET("the Servlet API of the container", "6.0", "jakarta.servlet.Servlet") {
    @Override
    void lookForWhatIsNew() throws ReflectiveOperationException {
      load("jakarta.servlet.ServletConnection");
    }
  };

  private final String shown;
  private final String oldest;
  private final String className;

  RequiredLibrary(String shown, String oldest, String className) {
    this.shown = shown;
    this.oldest = oldest;
    this.className = className;
  }

  /**
   * Looks up a class or method that the oldest supported version has, but older ones lack.
   *
   * @throws ReflectiveOperationException if it is missing
   */
  abstract void lookForWhatIsNew() throws ReflectiveOperationException;

  /**
   * Requires the libraries that are needed with and without servlets.
   *
   * @throws ConfigurationException if any is too old or missing; lists all of them
   */
  static void requireAll() {
    require(JACKSON, NIMBUS, CAFFEINE);
  }

  /**
   * Requires the given libraries.
   *
   * @throws ConfigurationException if any is too old or missing; lists all of them
   */
  static void require(RequiredLibrary... libraries) {
    List<String> problems = new ArrayList<>();
    for (RequiredLibrary library : libraries) {
      String problem = library.problem();
      if (problem != null) {
        problems.add(problem);
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }

  private @Nullable String problem() {
    String needed = ": the token filter needs " + oldest + " or later";
    Class<?> known;
    try {
      known = load(className);
    } catch (ReflectiveOperationException missing) {
      return shown + " is missing" + needed;
    }
    try {
      lookForWhatIsNew();
      return null;
    } catch (ReflectiveOperationException older) {
      return shown + " is too old (" + placeOf(known) + ")" + needed;
    }
  }

  static Class<?> load(String name) throws ClassNotFoundException {
    return Class.forName(name, false, RequiredLibrary.class.getClassLoader());
  }

  /** Returns the location of the jar, whose name usually contains the version. */
  private static String placeOf(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    URL place = source == null ? null : source.getLocation();
    return place == null ? "unknown location" : place.toString();
  }
}
