package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.tokenfilter.config.KeyFile.kidOf;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** Keys that an application supplies in code. */
final class SuppliedKeysTest {

  private static final Duration CHECK_INTERVAL = Duration.ofMillis(10);

  @TempDir private Path folder;

  private volatile Supplier<KeyRing> vault =
      () -> KeyRing.of(List.of(key("k1", ContentKey.State.ACTIVE)));

  @Test
  void newKeysAreUsedWithoutARestart() throws Exception {
    try (TokenSecurity security = start()) {
      String former = issue(security);
      assertThat(kidOf(former)).isEqualTo("k1");
      KeyRing next =
          KeyRing.of(
              List.of(key("k1", ContentKey.State.ACCEPT), key("k2", ContentKey.State.ACTIVE)));
      vault = () -> next;
      await().until(() -> kidOf(issue(security)).equals("k2"));
      assertThat(security.service().introspect(former)).isPresent();
      assertThat(security.health().key().kid()).isEqualTo("k2");
    }
  }

  @Test
  void failureLeavesThePreviousKeysAndIsReported() {
    SuppliedKeys keys = new SuppliedKeys(() -> vault.get());
    KeyRing first = keys.get();
    try (LogLines lines = new LogLines(SuppliedKeys.class.getName())) {
      vault =
          () -> {
            throw new IllegalStateException("the vault is sealed");
          };
      for (int i = 0; i < ReloadingFile.HELD_CHECKS; i++) {
        assertThat(keys.check()).get().isInstanceOf(IllegalStateException.class);
      }
      assertThat(lines.take())
          .containsExactly(
              "ERROR The previous keys stay in force, since the supplier of the keys cannot be"
                  + " used: java.lang.IllegalStateException: the vault is sealed");
      vault = SuppliedKeysTest::missing;
      assertThat(keys.check()).get().isInstanceOf(NullPointerException.class);
      assertThat(keys.get()).isSameAs(first);
      vault = () -> first;
      assertThat(keys.check()).isEmpty();
      assertThat(lines.take())
          .containsExactly(
              "ERROR The previous keys stay in force, since the supplier of the keys cannot be"
                  + " used: java.lang.NullPointerException: the supplier returned null",
              "INFO The supplier of the keys can be used again");
    }
  }

  @Test
  void equalKeysLeaveThePresentOnesInForce() {
    SuppliedKeys keys =
        new SuppliedKeys(() -> KeyRing.of(List.of(key("k1", ContentKey.State.ACTIVE))));
    KeyRing first = keys.get();

    assertThat(keys.check()).isEmpty();

    assertThat(keys.get()).isSameAs(first);
  }

  @Test
  void libraryThatIsMissingStopsTheStart() {
    assertStartFails(
        TokenSecurity.builder()
            .keys(
                () -> {
                  throw new NoClassDefFoundError("com/example/VaultClient");
                }),
        "the supplier of the keys, given by keys(...), failed:"
            + " java.lang.NoClassDefFoundError: com/example/VaultClient");
  }

  @Test
  void failureAtTheStartStopsTheStart() {
    vault = () -> KeyRing.of(List.of());
    assertStartFails(
        TokenSecurity.builder().keys(() -> vault.get()),
        "the supplier of the keys, given by keys(...), failed:"
            + " java.lang.IllegalArgumentException: there is no key");
    vault = SuppliedKeysTest::missing;
    assertStartFails(
        TokenSecurity.builder().keys(() -> vault.get()),
        "the supplier of the keys, given by keys(...), failed:"
            + " java.lang.NullPointerException: the supplier returned null");
  }

  @Test
  void keyFileBesideASupplierIsRefused() throws Exception {
    assertStartFails(
        TokenSecurity.builder().settings(Accounts.settings(folder)).keys(() -> vault.get()),
        "token.keys.file and token.keys.generate must not be set, since the application supplies"
            + " the keys by keys(...)");
  }

  private static void assertStartFails(TokenSecurityBuilder builder, String problem) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> builder.store(new InMemoryTokenStore()).build())
        .satisfies(e -> assertThat(e.problems()).containsExactly(problem));
  }

  /** Returns null, as a project without null checks may write it. */
  @SuppressWarnings("NullAway")
  private static KeyRing missing() {
    @Nullable KeyRing none = null;
    return none;
  }

  private TokenSecurity start() {
    return TokenSecurity.builder()
        .keys(() -> vault.get())
        .fileCheckInterval(CHECK_INTERVAL)
        .store(new InMemoryTokenStore())
        .build();
  }

  private static String issue(TokenSecurity security) throws TokenRejectedException {
    return security
        .service()
        .issueOpen(Subject.of("alice"), Duration.ZERO, ClientAddress.parse("192.0.2.1"))
        .value();
  }

  private static ContentKey key(String kid, ContentKey.State state) {
    byte[] bytes = new byte[ContentEncryption.A128CBC_HS256.keyLength()];
    new Random(kid.charAt(1)).nextBytes(bytes);
    return new ContentKey(kid, ContentEncryption.A128CBC_HS256, state, bytes);
  }
}
