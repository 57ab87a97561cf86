package org.tokenfilter.integration.jar;

import java.io.File;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** The jars of a server with the filter, each located by one of its classes. */
enum LibraryJar {
  STORE("org.tokenfilter.store.TokenStore"),
  JDBC("org.tokenfilter.store.jdbc.JdbcTokenStore"),
  CONTRACT("org.tokenfilter.store.tck.TokenStoreContract"),
  FILTER("org.tokenfilter.filter.TokenFilter"),

  CAFFEINE("com.github.benmanes.caffeine.cache.Caffeine"),
  JACKSON("com.fasterxml.jackson.core.JsonFactory"),
  NIMBUS("com.nimbusds.jose.JWEObject"),
  SLF4J("org.slf4j.Logger"),
  SERVLET("jakarta.servlet.Servlet"),
  JSPECIFY("org.jspecify.annotations.NullMarked"),

  LOGBACK("ch.qos.logback.classic.Logger"),
  LOGBACK_CORE("ch.qos.logback.core.Context"),
  ASSERTJ("org.assertj.core.api.Assertions"),
  BYTE_BUDDY("net.bytebuddy.ByteBuddy"),
  JUNIT("org.junit.jupiter.api.Test"),
  JUNIT_PLATFORM("org.junit.platform.commons.JUnitException"),
  OPENTEST4J("org.opentest4j.AssertionFailedError"),
  MEDIATOR("org.apache.aries.spifly.dynamic.DynamicWeavingActivator");

  /** The jars that the filter needs, without the optional ones. */
  static final List<LibraryJar> REQUIRED = List.of(STORE, FILTER, CAFFEINE, JACKSON, NIMBUS, SLF4J);

  private final String className;

  LibraryJar(String inside) {
    this.className = inside;
  }

  Path path() {
    String entry = className.replace('.', '/') + ".class";
    try {
      URL found =
          Objects.requireNonNull(
              LibraryJar.class.getClassLoader().getResource(entry), () -> "no " + entry);
      return Path.of(((JarURLConnection) found.openConnection()).getJarFileURL().toURI());
    } catch (IOException | URISyntaxException e) {
      throw new AssertionError("no jar has " + entry, e);
    }
  }

  /** Returns the jars as a path for javac and java. */
  static String joinPaths(List<LibraryJar> jars) {
    return jars.stream()
        .map(jar -> jar.path().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
