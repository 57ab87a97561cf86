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

  private static final Map<Jar, String> NAMES =
      Map.of(
          Jar.STORE, "org.tokenfilter.store",
          Jar.JDBC, "org.tokenfilter.store.jdbc",
          Jar.CONTRACT, "org.tokenfilter.store.tck",
          Jar.FILTER, "org.tokenfilter");
  private static final String PROVIDER = "org.tokenfilter.store.TokenStoreProvider";

  @TempDir private Path folder;

  @Test
  void eachJarIsAModuleThatExportsAllItsPackages() {
    NAMES.forEach(
        (jar, name) -> {
          ModuleDescriptor module = descriptor(jar);
          assertThat(module.name()).isEqualTo(name);
          assertThat(module.isAutomatic()).as(name).isFalse();
          assertThat(module.exports())
              .allMatch(exported -> !exported.isQualified())
              .extracting(Exports::source)
              .containsExactlyInAnyOrderElementsOf(module.packages());
        });
  }

  @Test
  void whatIsOptionalIsNotRequiredToRun() {
    assertThat(requiredToRun(Jar.FILTER))
        .containsExactlyInAnyOrder(
            "java.base",
            "org.tokenfilter.store",
            "com.fasterxml.jackson.core",
            "com.github.benmanes.caffeine",
            "com.nimbusds.jose.jwt",
            "org.slf4j");
    assertThat(requiredToRun(Jar.JDBC))
        .containsExactlyInAnyOrder(
            "java.base",
            "java.logging",
            "java.naming",
            "java.sql",
            "org.tokenfilter.store",
            "org.slf4j");
    assertThat(requiredToRun(Jar.STORE)).containsExactly("java.base");
  }

  @Test
  void storesAreFoundByTheModuleOfTheirContract() {
    assertThat(descriptor(Jar.STORE).uses()).containsExactly(PROVIDER);
    assertThat(descriptor(Jar.STORE).provides())
        .extracting(Provides::service, Provides::providers)
        .containsExactly(
            tuple(PROVIDER, List.of("org.tokenfilter.store.InMemoryTokenStoreProvider")));
    assertThat(descriptor(Jar.JDBC).provides())
        .extracting(Provides::service, Provides::providers)
        .containsExactly(
            tuple(PROVIDER, List.of("org.tokenfilter.store.jdbc.JdbcTokenStoreProvider")));
    assertThat(descriptor(Jar.JDBC).uses()).containsExactly("java.sql.Driver");
  }

  @Test
  void anApplicationOnTheModulePathNeedsNoServlets() throws Exception {
    assertThat(run(Jar.NEEDED)).isEqualTo("alice [memory]");
  }

  @Test
  void aStoreOnTheModulePathIsFound() throws Exception {
    List<Jar> jars = new ArrayList<>(Jar.NEEDED);
    jars.add(Jar.JDBC);
    jars.add(Jar.SERVLET);
    assertThat(run(jars)).isEqualTo("alice [jdbc, memory]");
  }

  private String run(List<Jar> jars) throws Exception {
    Path classes = folder.resolve("classes");
    List<Jar> compiledWith = new ArrayList<>(jars);
    compiledWith.add(Jar.JSPECIFY);
    Program.compileAsModule(classes, compiledWith);
    return Program.run(
        folder,
        "-p",
        classes + File.pathSeparator + Jar.joined(jars),
        "-m",
        Program.MODULE + "/" + Program.MAIN,
        folder.toString());
  }

  private static Set<String> requiredToRun(Jar jar) {
    return descriptor(jar).requires().stream()
        .filter(required -> !required.modifiers().contains(Requires.Modifier.STATIC))
        .map(Requires::name)
        .collect(Collectors.toSet());
  }

  private static ModuleDescriptor descriptor(Jar jar) {
    return ModuleFinder.of(jar.path()).findAll().iterator().next().descriptor();
  }
}
