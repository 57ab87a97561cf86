package org.tokenfilter.attack;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.attack.StoreRequest.Sent;
import org.tokenfilter.attack.StoreRequest.TokenHolder;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.testsupport.ByzantineStore;
import org.tokenfilter.testsupport.ByzantineStore.Fault;
import org.tokenfilter.testsupport.RawHttp.Answer;

/**
 * Cases S01, S02 and S07: a third-party store that returns null or throws any exception, in each
 * call of each kind of request. The applications are never restarted.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StorePluginTest {

  private static final String HOST = "jdbc:vendor://db.internal.example";

  private final Map<Container, AttackedApp> apps = new EnumMap<>(Container.class);
  private final Map<Container, ByzantineStore> stores = new EnumMap<>(Container.class);

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    for (Container container : List.of(Container.JETTY, Container.TOMCAT)) {
      ByzantineStore store = new ByzantineStore(new InMemoryTokenStore());
      stores.put(container, store);
      apps.put(
          container,
          StoreRequest.configure(
                  AttackedApp.plan(Files.createDirectory(folder.resolve(container.name())))
                      .container(container)
                      .store(store))
              .start());
    }
  }

  @AfterAll
  void stop() {
    apps.values().forEach(AttackedApp::close);
  }

  private static Map<String, Fault> faults() {
    Map<String, Fault> faults = new LinkedHashMap<>();
    faults.put("S01 null", truth -> null);
    faults.put("S01 null, after its effect", truth -> none(truth.get()));
    faults.put("S02 its own exception", truth -> thrown(new TokenStoreException(HOST, null, true)));
    faults.put("S02 unchecked", truth -> thrown(new IllegalArgumentException(HOST)));
    faults.put("S02 checked", truth -> thrown(new SQLException(HOST)));
    faults.put("S02 stack overflow", truth -> thrown(new StackOverflowError(HOST)));
    faults.put("S02 no class", truth -> thrown(new NoClassDefFoundError(HOST)));
    faults.put("S02 out of memory", truth -> thrown(new OutOfMemoryError(HOST)));
    faults.put("S02 an error of its own", truth -> thrown(new Error(HOST) {}));
    faults.put("S02 a throwable", truth -> thrown(new Throwable(HOST)));
    faults.put(
        "S02 after its effect",
        truth -> {
          none(truth.get());
          throw new IllegalStateException(HOST);
        });
    faults.put("S01 another type", truth -> "no such type");
    return faults;
  }

  @TestFactory
  Stream<DynamicTest> storeFaultIsAnsweredAsUnavailable() {
    return faults().entrySet().stream()
        .flatMap(
            fault ->
                Stream.of(StoreRequest.values())
                    .flatMap(
                        request ->
                            apps.keySet().stream()
                                .map(
                                    container ->
                                        DynamicTest.dynamicTest(
                                            "%s, %s, %s"
                                                .formatted(fault.getKey(), request, container),
                                            () -> attack(container, request, fault.getValue())))));
  }

  private void attack(Container container, StoreRequest request, Fault fault) throws IOException {
    AttackedApp app = requireNonNull(apps.get(container));
    ByzantineStore store = requireNonNull(stores.get(container));
    TokenHolder holder = new TokenHolder(app);
    Sent sent = request.prepare(holder);
    store.inject(request.call(), fault);
    Answer answer = app.check(request.name(), it -> sent.to(it.http()), request::isUnavailable);
    store.clearFaults();
    assertThat(request.disclosesNothing(answer)).isTrue();
    assertThat(answer.head() + answer.body()).doesNotContain(HOST, "Exception", "org.");
    assertThat(app.ran()).isEmpty();
    // An outage gives one WARN; the cause of each failure is logged at DEBUG.
    assertThat(app.logLines())
        .anyMatch(
            line ->
                line.startsWith("WARN")
                    || line.startsWith("DEBUG Requests cannot be decided")
                    || line.startsWith("DEBUG Uses of tokens could not be written"));
    assertThat(app.containerLogLines()).isEmpty();
    Sent next = request.prepare(holder);
    app.check("then", it -> next.to(it.http()), then -> then.status() / 100 == 2);
  }

  private static @Nullable Object none(Object effect) {
    assertThat(effect).isNotNull();
    return null;
  }

  private static Object thrown(Throwable thrown) throws Throwable {
    throw thrown;
  }
}
