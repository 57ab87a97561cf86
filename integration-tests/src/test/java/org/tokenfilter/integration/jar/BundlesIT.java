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

  private static final long STOPS_WITHIN_MILLIS = 30_000;

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
    framework.waitForStop(STOPS_WITHIN_MILLIS);
  }

  @Test
  void allBundlesResolve() throws Exception {
    for (Jar jar : Jar.values()) {
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
  void aBundleWithoutServletsDoesNotResolve() throws Exception {
    for (Jar jar : EnumSet.complementOf(EnumSet.of(Jar.SERVLET))) {
      install(jar);
    }
    assertThat(resolve()).isFalse();
  }

  @Test
  void anApplicationInABundleIssuesTokensAndFindsStores() throws Exception {
    List<String> options = new ArrayList<>();
    options.add("-cp");
    options.add(
        String.join(
            File.pathSeparator, jarOf(FrameworkFactory.class), jarOf(BundleContainer.class)));
    options.add(BundleContainer.class.getName());
    options.add(folder.toString());
    options.add(application().toString());
    Set<Jar> jars = EnumSet.allOf(Jar.class);
    jars.removeAll(EnumSet.of(Jar.CONTRACT, Jar.ASSERTJ, Jar.BYTE_BUDDY, Jar.JUNIT));
    jars.forEach(jar -> options.add(jar.path().toString()));
    assertThat(Program.run(folder, options.toArray(String[]::new)))
        .endsWith("alice [jdbc, memory]");
  }

  private static String jarOf(Class<?> inside) throws URISyntaxException {
    return Path.of(inside.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  /** Packs the application as a bundle, as a team would. */
  private Path application() throws Exception {
    Path classes = folder.resolve("classes");
    Program.compile(classes, Jar.NEEDED);
    Manifest manifest = new Manifest();
    Attributes headers = manifest.getMainAttributes();
    headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
    headers.putValue(Constants.BUNDLE_SYMBOLICNAME, Program.MODULE);
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

  private void install(Jar jar) throws BundleException, IOException {
    framework.getBundleContext().installBundle(jar.path().toUri().toString());
  }

  private boolean resolve() {
    return framework.adapt(FrameworkWiring.class).resolveBundles(null);
  }
}
