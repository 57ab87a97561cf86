package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.login.AccountRecheckPolicy;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** The loss of many accounts at once, which counts as an outage of the directory until it lasts. */
class MassDisableDetectorTest {

  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final int USERS = 50;

  private final ServiceFixture fixture = new ServiceFixture();
  private final MutableAccounts accounts = new MutableAccounts();
  private final TestNode node =
      new TestNode(fixture, new AccountRecheckPolicy(INTERVAL, accounts)).polled();
  private final List<IssuedToken> tokens = new ArrayList<>();

  private void loginAll() throws Exception {
    for (int i = 0; i < USERS; i++) {
      Subject user = Subject.of("user" + i, "user");
      accounts.put(user.name(), user);
      tokens.add(node.service.issueOpen(user, Duration.ZERO, ServiceFixture.CLIENT));
    }
    useAll();
  }

  /** Returns how many requests were served, how many rejected, and how many are to be retried. */
  private String useAll() {
    int served = 0;
    int refused = 0;
    int unknown = 0;
    for (IssuedToken token : tokens) {
      try {
        node.use(token);
        served++;
      } catch (TokenRejectedException gone) {
        refused++;
      } catch (TokenStoreException doubted) {
        unknown++;
      }
    }
    return served + " served, " + refused + " refused, " + unknown + " unknown";
  }

  private void removeAccounts() {
    for (int i = 0; i < USERS; i++) {
      accounts.remove("user" + i);
    }
  }

  private void restoreAccounts() {
    for (int i = 0; i < USERS; i++) {
      accounts.put("user" + i, Subject.of("user" + i, "user"));
    }
  }

  private long revokedCount() {
    return tokens.stream()
        .filter(token -> fixture.stored(token.record().id()).revocation() != null)
        .count();
  }

  @Test
  void briefLossOfAllAccountsRevokesOnlyAFew() throws Exception {
    loginAll();
    removeAccounts();
    node.advanceAndPoll(INTERVAL);
    try (LogLines log = new LogLines(MassDisableDetector.class.getName())) {
      assertThat(useAll()).isEqualTo("0 served, 3 refused, 47 unknown");
      assertThat(log.lines())
          .singleElement()
          .asString()
          .contains("WARN 4 accounts are reported as inactive at once");
    }
    assertThat(revokedCount()).isEqualTo(MassDisableDetector.ALLOWED_LOSSES);

    restoreAccounts();
    node.advanceAndPoll(INTERVAL);
    assertThat(useAll()).isEqualTo("47 served, 3 refused, 0 unknown");
    assertThat(revokedCount()).isEqualTo(MassDisableDetector.ALLOWED_LOSSES);
  }

  @Test
  void rejectsAllDuringTheHoldTimeThenRevokesAll() throws Exception {
    loginAll();
    removeAccounts();
    node.advanceAndPoll(INTERVAL);
    for (int second = 0; second < MassDisableDetector.HOLD_TIME.toSeconds(); second += 2) {
      assertThat(useAll()).startsWith("0 served, 3 refused");
      assertThat(revokedCount()).isEqualTo(MassDisableDetector.ALLOWED_LOSSES);
      node.advanceAndPoll(Duration.ofSeconds(2));
    }
    assertThat(useAll()).isEqualTo("0 served, 50 refused, 0 unknown");
    assertThat(revokedCount()).isEqualTo(USERS);
  }

  @Test
  void oneLossAMinuteIsRevokedAtOnce() throws Exception {
    loginAll();
    for (int i = 0; i < USERS; i++) {
      accounts.remove("user" + i);
      node.advanceAndPoll(MassDisableDetector.WINDOW);
      IssuedToken token = tokens.get(i);
      RejectionAssertions.assertRejected(
          org.tokenfilter.token.Rejection.CLOSED, () -> node.use(token));
    }
    assertThat(revokedCount()).isEqualTo(USERS);
  }

  @Test
  void laterMassLossIsSuspectedAnew() throws Exception {
    loginAll();
    removeAccounts();
    node.advanceAndPoll(INTERVAL);
    useAll();
    restoreAccounts();
    node.advanceAndPoll(Duration.ofMinutes(30));
    useAll();
    node.advanceAndPoll(Duration.ofMinutes(30));
    removeAccounts();
    assertThat(useAll()).isEqualTo("0 served, 6 refused, 44 unknown");
    assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> node.use(tokens.get(20)));
  }

  @Test
  void massRenameIsSuspectedLikewise() throws Exception {
    loginAll();
    for (int i = 0; i < USERS; i++) {
      accounts.put("user" + i, Subject.of("USER" + i, "user"));
    }
    node.advanceAndPoll(INTERVAL);
    assertThat(useAll()).isEqualTo("0 served, 3 refused, 47 unknown");
    assertThat(revokedCount()).isEqualTo(MassDisableDetector.ALLOWED_LOSSES);
  }
}
