package org.tokenfilter.config;

import java.net.URL;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A library that stands beside this one, in the version that the application or its container has
 * chosen. One that is too old would be found out by some request, which misses a class or a method.
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

  /** Paths are judged by the rules of this version, and no container of an older one is tested. */
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

  /** Finds something that the oldest version has which is good enough, and no older one. */
  abstract void lookForWhatIsNew() throws ReflectiveOperationException;

  /**
   * Requires what is needed with and without servlets.
   *
   * @throws ConfigurationException if one of them is too old; it names all of them
   */
  static void requireAll() {
    require(JACKSON, NIMBUS, CAFFEINE);
  }

  /**
   * Requires some of them.
   *
   * @throws ConfigurationException if one of them is too old or missing; it names all of them
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

  /** The jar, whose name tells its version. */
  private static String placeOf(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    URL place = source == null ? null : source.getLocation();
    return place == null ? "it is not known from where" : place.toString();
  }
}
