package org.tokenfilter.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Micrometer as an optional library, which may be missing or outlive the application. */
final class OptionalMicrometerTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @TempDir private Path folder;

  @Test
  @SuppressWarnings("unchecked") // made by another class loader
  void servesApplicationWithoutMicrometer() throws Exception {
    ApplicationClassLoader classes = new ApplicationClassLoader(false);
    assertThatThrownBy(() -> classes.loadClass(MeterRegistry.class.getName()))
        .isInstanceOf(ClassNotFoundException.class);
    var application = (UnaryOperator<String>) classes.create(ServedApplication.class);
    assertThat(application.getClass().getClassLoader()).isSameAs(classes);

    assertThat(application.apply(folder.toString())).isEqualTo("alice 401");
  }

  @Test
  void registryKeepsNothingOfClosedApplication() throws Exception {
    MeterRegistry registry = new SimpleMeterRegistry();
    WeakReference<ClassLoader> gone = closedApplication(registry);

    await()
        .atMost(TIMEOUT)
        .until(
            () -> {
              System.gc();
              return gone.get() == null;
            });
    assertThat(registry.getMeters()).isEmpty();
  }

  @SuppressWarnings("unchecked") // made by another class loader
  private WeakReference<ClassLoader> closedApplication(MeterRegistry registry) throws Exception {
    ApplicationClassLoader classes = new ApplicationClassLoader(true);
    ((BiConsumer<MeterRegistry, Path>) classes.create(BoundApplication.class))
        .accept(registry, folder);
    return new WeakReference<>(classes);
  }
}
