package org.tokenfilter.integration.jar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.FrameworkWiring;

/** The jars as bundles, resolved by an OSGi framework. */
final class BundlesIT {

  private static final long STOP_TIMEOUT_MILLIS = 30_000;

  @TempDir private Path folder;
  private Framework framework;

  @BeforeEach
  void start() throws BundleException {
    framework =
        new FrameworkFactory()
            .newFramework(
                Map.of(
                    Constants.FRAMEWORK_STORAGE,
                    folder.resolve("cache").toString(),
                    Constants.FRAMEWORK_BOOTDELEGATION,
                    "sun.*"));
    framework.start();
  }

  @AfterEach
  void stop() throws Exception {
    framework.stop();
    framework.waitForStop(STOP_TIMEOUT_MILLIS);
  }

  @Test
  void allBundlesResolve() throws Exception {
    for (LibraryJar jar : LibraryJar.values()) {
      install(jar);
    }
    assertThat(resolve()).isTrue();
    assertThat(framework.getBundleContext().getBundles())
        .extracting(Bundle::getSymbolicName)
        .contains(
            "org.tokenfilter.token-filter",
            "org.tokenfilter.token-store-spi",
            "org.tokenfilter.token-store-jdbc",
            "org.tokenfilter.token-store-tck");
  }

  @Test
  void bundleWithoutServletApiDoesNotResolve() throws Exception {
    for (LibraryJar jar : EnumSet.complementOf(EnumSet.of(LibraryJar.SERVLET))) {
      install(jar);
    }
    assertThat(resolve()).isFalse();
  }

  @Test
  void bundledApplicationIssuesTokensAndFindsStores() throws Exception {
    List<String> options = new ArrayList<>();
    options.add("-cp");
    options.add(
        String.join(
            File.pathSeparator,
            classPathOf(FrameworkFactory.class),
            classPathOf(OsgiLauncher.class)));
    options.add(OsgiLauncher.class.getName());
    options.add(folder.toString());
    options.add(packApplication().toString());
    Set<LibraryJar> jars = EnumSet.allOf(LibraryJar.class);
    jars.removeAll(
        EnumSet.of(
            LibraryJar.CONTRACT, LibraryJar.ASSERTJ, LibraryJar.BYTE_BUDDY, LibraryJar.JUNIT));
    jars.forEach(jar -> options.add(jar.path().toString()));
    assertThat(ExampleProgram.run(folder, options.toArray(String[]::new)))
        .endsWith("alice [jdbc, memory]");
  }

  private static String classPathOf(Class<?> inside) throws URISyntaxException {
    return Path.of(inside.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  /** Packs the application as a bundle, as a team would. */
  private Path packApplication() throws Exception {
    Path classes = folder.resolve("classes");
    ExampleProgram.compile(classes, LibraryJar.REQUIRED);
    Manifest manifest = new Manifest();
    Attributes headers = manifest.getMainAttributes();
    headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
    headers.putValue(Constants.BUNDLE_SYMBOLICNAME, ExampleProgram.MODULE);
    headers.putValue(
        Constants.IMPORT_PACKAGE,
        "org.tokenfilter.config,org.tokenfilter.service,org.tokenfilter.store,org.tokenfilter.token");
    Path jar = folder.resolve("application.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.putNextEntry(new JarEntry("com/example/shop/Main.class"));
      Files.copy(classes.resolve("com/example/shop/Main.class"), out);
    }
    return jar;
  }

  private void install(LibraryJar jar) throws BundleException, IOException {
    framework.getBundleContext().installBundle(jar.path().toUri().toString());
  }

  private boolean resolve() {
    return framework.adapt(FrameworkWiring.class).resolveBundles(null);
  }
}
