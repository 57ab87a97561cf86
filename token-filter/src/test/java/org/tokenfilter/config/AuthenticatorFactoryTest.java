package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Subject;

/** The authenticator that {@code token.credentials} names. */
final class AuthenticatorFactoryTest {

  @TempDir private Path folder;

  @Test
  void closesAuthenticatorWithTheApplication() throws Exception {
    try (TokenSecurity security = start(OwnAuthenticator.Closeable.class.getName())) {
      assertThat(security).isNotNull();
      assertThat(OwnAuthenticator.Closeable.OPEN).hasValue(1);
    }
    assertThat(OwnAuthenticator.Closeable.OPEN).hasValue(0);
  }

  @Test
  void callsConfiguredClass() throws Exception {
    try (TokenSecurity security = start(OwnAuthenticator.class.getName())) {
      UsernamePasswordCredential credential =
          new UsernamePasswordCredential(
              "ali", "open sesame".toCharArray(), mock(HttpServletRequest.class));
      assertThat(security.loginService("test").login(credential, ClientAddress.parse("192.0.2.1")))
          .isEqualTo(Subject.of("ali", "own"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.example.Missing",
        "File",
        "Container",
        "java.lang.String",
        "org.tokenfilter.credentials.Authenticator",
        "org.tokenfilter.config.OwnAuthenticator$Other",
        "org.tokenfilter.config.OwnAuthenticator$Hidden",
        "org.tokenfilter.config.OwnAuthenticator$Parameters",
        "org.tokenfilter.config.OwnAuthenticator$Unfinished"
      })
  void rejectsUnusableClass(String name) {
    assertStartFails(
        name, "token.credentials=" + name + " is neither container nor file, nor a public");
  }

  @Test
  void reportsFailureOfTheConstructor() {
    assertStartFails(
        OwnAuthenticator.Failing.class.getName(), "the directory's address is missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "my class", "my-class", "../Class", "1Class"})
  void rejectsMalformedClassName(String name) {
    assertStartFails(
        name, "token.credentials=" + name + " is not container, file or the name of a");
  }

  @Test
  void rejectsContainerWithoutRoles() {
    assertStartFails(
        "container", "token.credentials.roles must be set with token.credentials=container");
  }

  @Test
  void rejectsMissingOrUnreadableFile() throws Exception {
    assertStartFails("file", "token.credentials.file must be set with token.credentials=file");
    Map<String, String> settings = new HashMap<>(Accounts.settings(folder));
    Path accounts = folder.resolve("accounts");
    Files.writeString(accounts, "alice:secret:user\n");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> TokenSecurity.from(settings))
        .withMessageContaining("the password file " + accounts + ", line 1")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
    Files.delete(accounts);
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> TokenSecurity.from(settings))
        .withMessageContaining("the password file " + accounts + " cannot be read");
  }

  private void assertStartFails(String credentials, String problem) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> start(credentials).close())
        .satisfies(e -> assertThat(e.problems()).singleElement().asString().contains(problem));
  }

  private TokenSecurity start(String credentials) throws Exception {
    Map<String, String> settings = new HashMap<>(Accounts.settings(folder));
    settings.remove("token.credentials.file");
    settings.put("token.credentials", credentials);
    return TokenSecurity.from(settings);
  }
}
