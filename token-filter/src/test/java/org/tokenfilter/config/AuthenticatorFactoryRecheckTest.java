package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.credentials.AccountStatusProvider;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.token.Subject;

/** Authenticators that support a recheck of subjects, and those that do not. */
final class AuthenticatorFactoryRecheckTest {

  private static final String UNSUPPORTED =
      "token.subject.recheck=PT1M needs an authenticator that reports account status; %s does not"
          + ", since it does not implement AccountStatusProvider";

  @TempDir private Path folder;

  @Test
  void isOffByDefault() {
    assertThat(ConfigurationKey.SUBJECT_RECHECK.key()).isEqualTo("token.subject.recheck");
    assertThat(ConfigurationKey.SUBJECT_RECHECK.defaultValue()).isEqualTo("PT0S");
  }

  @Test
  void rejectsContainer() throws Exception {
    Map<String, String> settings = settings("PT1M");
    settings.remove("token.credentials.file");
    settings.put("token.credentials", "container");
    settings.put("token.credentials.roles", "user");
    assertStartFails(settings, UNSUPPORTED.formatted("token.credentials=container"));
  }

  @Test
  void rejectsConfiguredClassWithoutSupport() throws Exception {
    Map<String, String> settings = settings("PT1M");
    settings.put("token.credentials", OwnAuthenticator.class.getName());
    assertStartFails(settings, UNSUPPORTED.formatted(OwnAuthenticator.class.getName()));
    settings.put("token.subject.recheck", "PT0S");
    TokenSecurity.from(settings).close();
  }

  @Test
  void rejectsGivenAuthenticatorWithoutSupport() throws Exception {
    Authenticator able = new RecheckingAuthenticator();
    Authenticator unable = credential -> Optional.empty();
    TokenSecurityBuilder builder = TokenSecurity.builder().settings(settings("PT1M"));
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> builder.authenticator(unable).build())
        .satisfies(
            e ->
                assertThat(e.problems())
                    .containsExactly(UNSUPPORTED.formatted(unable.getClass().getName())));
    builder.authenticator(able).build().close();
  }

  @Test
  void rejectsMissingAuthenticator() throws Exception {
    Map<String, String> settings = settings("PT1M");
    settings.remove("token.credentials");
    settings.remove("token.credentials.file");
    assertStartFails(
        settings,
        "token.subject.recheck=PT1M needs token.credentials: there is no authenticator to query");
  }

  @Test
  void reportsUnusableAuthenticatorOnce() throws Exception {
    Map<String, String> settings = settings("PT1M");
    settings.remove("token.credentials.file");
    assertStartFails(settings, "token.credentials.file must be set with token.credentials=file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0.5S", "PT0.999S"})
  void rejectsIntervalBelowOneSecond(String interval) throws Exception {
    assertStartFails(
        settings(interval), "token.subject.recheck=" + interval + " must be PT0S or at least PT1S");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT1S", "P100D"})
  void acceptsPasswordFileAtAnyInterval(String interval) throws Exception {
    TokenSecurity.from(settings(interval)).close();
  }

  private void assertStartFails(Map<String, String> settings, String problem) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> TokenSecurity.from(settings).close())
        .satisfies(e -> assertThat(e.problems()).containsExactly(problem));
  }

  private Map<String, String> settings(String interval) throws Exception {
    Map<String, String> settings = new HashMap<>(Accounts.settings(folder));
    settings.put("token.subject.recheck", interval);
    return settings;
  }

  /** An authenticator that supports a recheck. */
  private static final class RecheckingAuthenticator
      implements Authenticator, AccountStatusProvider {
    @Override
    public Optional<Subject> authenticate(UsernamePasswordCredential credential) {
      return Optional.empty();
    }

    @Override
    public Optional<Subject> current(Subject subject) {
      return Optional.of(subject);
    }
  }
}
