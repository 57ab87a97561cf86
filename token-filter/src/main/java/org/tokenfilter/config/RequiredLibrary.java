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
    void probeRequiredApi() throws ReflectiveOperationException {
      load("com.fasterxml.jackson.core.StreamReadConstraints");
    }
  },

  NIMBUS("nimbus-jose-jwt", "9.32", "com.nimbusds.jose.JWEHeader") {
    @Override
    void probeRequiredApi() throws ReflectiveOperationException {
      load("com.nimbusds.jose.crypto.DirectEncrypter")
          .getMethod("encrypt", load("com.nimbusds.jose.JWEHeader"), byte[].class, byte[].class);
    }
  },

  CAFFEINE("caffeine", "2.7", "com.github.benmanes.caffeine.cache.Caffeine") {
    @Override
    void probeRequiredApi() throws ReflectiveOperationException {
      load("com.github.benmanes.caffeine.cache.Caffeine")
          .getMethod("expireAfterWrite", Duration.class);
    }
  },

  /** Paths are matched by the rules of this version; containers of older ones are not tested. */
  SERVLET("the Servlet API of the container", "6.0", "jakarta.servlet.Servlet") {
    @Override
    void probeRequiredApi() throws ReflectiveOperationException {
      load("jakarta.servlet.ServletConnection");
    }
  };

  private final String displayName;
  private final String minimumVersion;
  private final String className;

  RequiredLibrary(String shown, String oldest, String className) {
    this.displayName = shown;
    this.minimumVersion = oldest;
    this.className = className;
  }

  /**
   * Looks up a class or method that the oldest supported version has, but older ones lack.
   *
   * @throws ReflectiveOperationException if it is missing
   */
  abstract void probeRequiredApi() throws ReflectiveOperationException;

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
    String needed = ": the token filter needs " + minimumVersion + " or later";
    Class<?> known;
    try {
      known = load(className);
    } catch (ReflectiveOperationException missing) {
      return displayName + " is missing" + needed;
    }
    try {
      probeRequiredApi();
      return null;
    } catch (ReflectiveOperationException older) {
      return displayName + " is too old (" + locationOf(known) + ")" + needed;
    }
  }

  static Class<?> load(String name) throws ClassNotFoundException {
    return Class.forName(name, false, RequiredLibrary.class.getClassLoader());
  }

  /** Returns the location of the jar, whose name usually contains the version. */
  private static String locationOf(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    URL place = source == null ? null : source.getLocation();
    return place == null ? "unknown location" : place.toString();
  }
}
