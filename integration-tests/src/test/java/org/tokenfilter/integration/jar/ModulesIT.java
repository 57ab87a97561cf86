package org.tokenfilter.integration.jar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.File;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Provides;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jars on the module path. */
final class ModulesIT {

  private static final Map<LibraryJar, String> NAMES =
      Map.of(
          LibraryJar.STORE, "org.tokenfilter.store",
          LibraryJar.JDBC, "org.tokenfilter.store.jdbc",
          LibraryJar.CONTRACT, "org.tokenfilter.store.tck",
          LibraryJar.FILTER, "org.tokenfilter");

  /** The exported packages of the filter's jar, which has others. */
  private static final List<String> API =
      List.of(
          "org.tokenfilter.config",
          "org.tokenfilter.credentials",
          "org.tokenfilter.endpoint",
          "org.tokenfilter.filter",
          "org.tokenfilter.keys",
          "org.tokenfilter.metrics",
          "org.tokenfilter.monitor",
          "org.tokenfilter.service",
          "org.tokenfilter.token");

  private static final String PROVIDER = "org.tokenfilter.store.TokenStoreProvider";

  @TempDir private Path folder;

  @Test
  void eachJarIsAModuleThatExportsItsApi() {
    NAMES.forEach(
        (jar, name) -> {
          ModuleDescriptor module = descriptor(jar);
          assertThat(module.name()).isEqualTo(name);
          assertThat(module.isAutomatic()).as(name).isFalse();
          assertThat(module.exports())
              .allMatch(exported -> !exported.isQualified())
              .extracting(Exports::source)
              .containsExactlyInAnyOrderElementsOf(
                  jar == LibraryJar.FILTER ? API : module.packages());
        });
  }

  @Test
  void optionalModulesAreNotRequiredAtRunTime() {
    assertThat(requiredAtRunTime(LibraryJar.FILTER))
        .containsExactlyInAnyOrder(
            "java.base",
            "org.tokenfilter.store",
            "com.fasterxml.jackson.core",
            "com.github.benmanes.caffeine",
            "com.nimbusds.jose.jwt",
            "org.slf4j");
    assertThat(requiredAtRunTime(LibraryJar.JDBC))
        .containsExactlyInAnyOrder(
            "java.base",
            "java.logging",
            "java.naming",
            "java.sql",
            "org.tokenfilter.store",
            "org.slf4j");
    assertThat(requiredAtRunTime(LibraryJar.STORE)).containsExactly("java.base");
  }

  @Test
  void storeModulesDeclareTheirProviders() {
    assertThat(descriptor(LibraryJar.STORE).uses()).containsExactly(PROVIDER);
    assertThat(descriptor(LibraryJar.STORE).provides())
        .extracting(Provides::service, Provides::providers)
        .containsExactly(
            tuple(PROVIDER, List.of("org.tokenfilter.store.InMemoryTokenStoreProvider")));
    assertThat(descriptor(LibraryJar.JDBC).provides())
        .extracting(Provides::service, Provides::providers)
        .containsExactly(
            tuple(PROVIDER, List.of("org.tokenfilter.store.jdbc.JdbcTokenStoreProvider")));
    assertThat(descriptor(LibraryJar.JDBC).uses()).containsExactly("java.sql.Driver");
  }

  @Test
  void modularApplicationNeedsNoServletApi() throws Exception {
    assertThat(run(LibraryJar.REQUIRED)).isEqualTo("alice [memory]");
  }

  @Test
  void findsStoreOnModulePath() throws Exception {
    List<LibraryJar> jars = new ArrayList<>(LibraryJar.REQUIRED);
    jars.add(LibraryJar.JDBC);
    jars.add(LibraryJar.SERVLET);
    assertThat(run(jars)).isEqualTo("alice [jdbc, memory]");
  }

  private String run(List<LibraryJar> jars) throws Exception {
    Path classes = folder.resolve("classes");
    List<LibraryJar> compiledWith = new ArrayList<>(jars);
    compiledWith.add(LibraryJar.JSPECIFY);
    ExampleProgram.compileAsModule(classes, compiledWith);
    return ExampleProgram.run(
        folder,
        "-p",
        classes + File.pathSeparator + LibraryJar.joinPaths(jars),
        "-m",
        ExampleProgram.MODULE + "/" + ExampleProgram.MAIN,
        folder.toString());
  }

  private static Set<String> requiredAtRunTime(LibraryJar jar) {
    return descriptor(jar).requires().stream()
        .filter(required -> !required.modifiers().contains(Requires.Modifier.STATIC))
        .map(Requires::name)
        .collect(Collectors.toSet());
  }

  private static ModuleDescriptor descriptor(LibraryJar jar) {
    return ModuleFinder.of(jar.path()).findAll().iterator().next().descriptor();
  }
}
