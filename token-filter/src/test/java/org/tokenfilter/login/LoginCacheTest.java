package org.tokenfilter.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.CountingPbkdf2Provider;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** Repeated logins: those that query the authenticator, and those that do not. */
final class LoginCacheTest {

  private static final ClientAddress CLIENT = ClientAddress.parse("192.0.2.1");
  private static final HttpServletRequest REQUEST = mock(HttpServletRequest.class);

  private final AtomicLong nanos = new AtomicLong();
  private final CountingAccounts accounts = new CountingAccounts();
  private final LoginService loginService =
      new LoginService(
          accounts,
          new LoginThrottle(10, Duration.ofMinutes(5), nanos::get),
          new LoginService.Capacity(4, 8),
          (name, refused, client) -> {},
          new SecureRandom(),
          nanos::get);

  /** Accounts that may change and that record their queries. */
  private static final class CountingAccounts implements Authenticator {
    private final List<String> queriedNames = new ArrayList<>();
    private @Nullable Object version = new Object();
    private String password = "right";
    private Runnable duringQuery = () -> {};

    @Override
    public Optional<Subject> authenticate(UsernamePasswordCredential credential) {
      queriedNames.add(credential.username());
      boolean right = new String(credential.password()).equals(password);
      duringQuery.run();
      return right ? Optional.of(Subject.of(credential.username(), "user")) : Optional.empty();
    }

    @Override
    public @Nullable Object accountsVersion() {
      return version;
    }

    void change(String newPassword) {
      password = newPassword;
      version = new Object();
    }
  }

  @Test
  void remembersSuccessForTenSeconds() throws Exception {
    for (int i = 0; i < 100; i++) {
      assertThat(logIn("alice", "right")).isEqualTo(Subject.of("alice", "user"));
    }
    assertThat(accounts.queriedNames).hasSize(1);
    nanos.addAndGet(Duration.ofSeconds(10).toNanos() - 1);
    logIn("alice", "right");
    assertThat(accounts.queriedNames).hasSize(1);
    // Repetition does not extend the time.
    nanos.addAndGet(1);
    logIn("alice", "right");
    assertThat(accounts.queriedNames).hasSize(2);
  }

  @Test
  void queriesForAnotherPasswordOrName() throws Exception {
    logIn("alice", "right");
    for (String password : List.of("wrong", "righ", "right ", "Right", "rightright")) {
      assertWrongCredentials("alice", password);
    }
    assertThat(accounts.queriedNames).hasSize(6);
    for (String name : List.of("Alice", "alice ", "bob")) {
      logIn(name, "right");
    }
    assertThat(accounts.queriedNames).hasSize(9);
  }

  /** Characters cannot move from the name to the password. */
  @Test
  void distinguishesNameFromPassword() throws Exception {
    accounts.change("bc");
    logIn("a", "bc");
    assertWrongCredentials("ab", "c");
    assertThat(accounts.queriedNames).containsExactly("a", "ab");
  }

  @Test
  void failuresAreNotRemembered() throws Exception {
    assertWrongCredentials("alice", "wrong");
    accounts.password = "wrong";
    logIn("alice", "wrong");
    assertThat(accounts.queriedNames).hasSize(2);
  }

  @Test
  void forgetsLoginsOnceTheAccountsChange() throws Exception {
    logIn("alice", "right");
    accounts.change("new");
    assertWrongCredentials("alice", "right");
    logIn("alice", "new");
  }

  @Test
  void noticesChangeDuringTheQuery() throws Exception {
    accounts.duringQuery =
        () -> {
          accounts.duringQuery = () -> {};
          accounts.change("new");
        };
    logIn("alice", "right");
    assertWrongCredentials("alice", "right");
  }

  @Test
  void remembersNothingWithoutAccountsVersion() throws Exception {
    accounts.version = null;
    logIn("alice", "right");
    logIn("alice", "right");
    assertThat(accounts.queriedNames).hasSize(2);
  }

  /** Otherwise, an attacker could guess without limit and without cost. */
  @Test
  void refusesRememberedPasswordAfterTenFailures() throws Exception {
    logIn("alice", "right");
    for (int i = 0; i < 10; i++) {
      assertWrongCredentials("alice", "wrong" + i);
    }
    assertThat(refusal("alice", "right")).isEqualTo(Rejection.TOO_MANY_LOGINS);
  }

  @Test
  void wrongPasswordCostsTheSameForRememberedAndUnknownName() throws Exception {
    Predicate<char[]> hash = CountingPbkdf2Provider.check("right", 1000);
    Authenticator file =
        credential ->
            hash.test(credential.password())
                ? Optional.of(Subject.of(credential.username()))
                : Optional.empty();
    LoginService costly =
        new LoginService(
            new Authenticator() {
              @Override
              public Optional<Subject> authenticate(UsernamePasswordCredential credential)
                  throws IOException {
                return file.authenticate(credential);
              }

              @Override
              public Object accountsVersion() {
                return file;
              }
            },
            new LoginThrottle(1_000, Duration.ofMinutes(5), nanos::get),
            new LoginService.Capacity(4, 8),
            (name, refused, client) -> {},
            new SecureRandom(),
            nanos::get);
    costly.login(login("alice", "right"), CLIENT);
    try (CountingPbkdf2Provider derivations = CountingPbkdf2Provider.install()) {
      costly.login(login("alice", "right"), CLIENT);
      assertThat(derivations.iterations()).isEmpty();
      for (String name : List.of("alice", "nobody")) {
        assertThatExceptionOfType(TokenRejectedException.class)
            .isThrownBy(() -> costly.login(login(name, "wrong"), CLIENT));
      }
      assertThat(derivations.iterations()).containsExactly(1000, 1000);
    }
  }

  @Test
  void memoryIsBoundedByWeight() {
    KeyedDigest digests = new KeyedDigest(new SecureRandom());
    LoginCache logins = new LoginCache(digests, nanos::get);
    Set<String> roles = new HashSet<>();
    for (int i = 0; i < 80; i++) {
      roles.add("r".repeat(95) + i);
    }
    for (int i = 0; i < 20_000; i++) {
      byte[] digest = logins.digestOf("user" + i, new char[] {'p'});
      logins.put("user" + i, digest, new Subject("user" + i, roles, Map.of()), this);
    }
    assertThat(logins.size()).isBetween(50L, 250L);
    for (int i = 0; i < 100_000; i++) {
      byte[] digest = logins.digestOf("user" + i, new char[] {'p'});
      logins.put("user" + i, digest, Subject.of("user" + i), this);
    }
    assertThat(logins.size()).isBetween(5_000L, 30_000L);
  }

  private Subject logIn(String name, String password) throws TokenRejectedException, IOException {
    return loginService.login(login(name, password), CLIENT);
  }

  private void assertWrongCredentials(String name, String password) throws IOException {
    assertThat(refusal(name, password)).isEqualTo(Rejection.WRONG_CREDENTIALS);
  }

  private Rejection refusal(String name, String password) throws IOException {
    try {
      logIn(name, password);
    } catch (TokenRejectedException e) {
      return e.rejection();
    }
    throw new AssertionError("let in");
  }

  private static UsernamePasswordCredential login(String name, String password) {
    return new UsernamePasswordCredential(name, password.toCharArray(), REQUEST);
  }
}
