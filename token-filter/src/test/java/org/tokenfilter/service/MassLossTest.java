package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.LogLines;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** The loss of many accounts at once, which counts as an outage of the directory until it lasts. */
class MassLossTest {

  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final int USERS = 50;

  private final Scene scene = new Scene();
  private final KeptAccounts accounts = new KeptAccounts();
  private final LiveNode node =
      new LiveNode(scene, new AccountRecheck(INTERVAL, accounts)).polled();
  private final List<IssuedToken> tokens = new ArrayList<>();

  private void logIn() throws Exception {
    for (int i = 0; i < USERS; i++) {
      Subject user = Subject.of("user" + i, "user");
      accounts.has(user.name(), user);
      tokens.add(node.service.issueOpen(user, Duration.ZERO, Scene.CLIENT));
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

  private void lackAll() {
    for (int i = 0; i < USERS; i++) {
      accounts.lacks("user" + i);
    }
  }

  private void hasAll() {
    for (int i = 0; i < USERS; i++) {
      accounts.has("user" + i, Subject.of("user" + i, "user"));
    }
  }

  private long ended() {
    return tokens.stream()
        .filter(token -> scene.stored(token.record().id()).revocation() != null)
        .count();
  }

  @Test
  void momentInWhichNobodyHasAnAccountEndsNoMoreThanAFew() throws Exception {
    logIn();
    lackAll();
    node.rest(INTERVAL);
    try (LogLines log = new LogLines(MassDisableDetector.class.getName())) {
      assertThat(useAll()).isEqualTo("0 served, 3 refused, 47 unknown");
      assertThat(log.lines())
          .singleElement()
          .asString()
          .contains("WARN 4 accounts are reported as inactive at once");
    }
    assertThat(ended()).isEqualTo(MassDisableDetector.ALLOWED_LOSSES);

    hasAll();
    node.rest(INTERVAL);
    assertThat(useAll()).isEqualTo("47 served, 3 refused, 0 unknown");
    assertThat(ended()).isEqualTo(MassDisableDetector.ALLOWED_LOSSES);
  }

  @Test
  void nobodyIsLetThroughMeanwhileAndAllEndWhenItHasLasted() throws Exception {
    logIn();
    lackAll();
    node.rest(INTERVAL);
    for (int second = 0; second < MassDisableDetector.HOLD_TIME.toSeconds(); second += 2) {
      assertThat(useAll()).startsWith("0 served, 3 refused");
      assertThat(ended()).isEqualTo(MassDisableDetector.ALLOWED_LOSSES);
      node.rest(Duration.ofSeconds(2));
    }
    assertThat(useAll()).isEqualTo("0 served, 50 refused, 0 unknown");
    assertThat(ended()).isEqualTo(USERS);
  }

  @Test
  void whoIsGoneIsOutAtOnceThoughOneIsGoneEachMinute() throws Exception {
    logIn();
    for (int i = 0; i < USERS; i++) {
      accounts.lacks("user" + i);
      node.rest(MassDisableDetector.WINDOW);
      IssuedToken token = tokens.get(i);
      Refusals.assertRefused(org.tokenfilter.token.Rejection.CLOSED, () -> node.use(token));
    }
    assertThat(ended()).isEqualTo(USERS);
  }

  @Test
  void anotherLossLaterIsDoubtedAnew() throws Exception {
    logIn();
    lackAll();
    node.rest(INTERVAL);
    useAll();
    hasAll();
    node.rest(Duration.ofMinutes(30));
    useAll();
    node.rest(Duration.ofMinutes(30));
    lackAll();
    assertThat(useAll()).isEqualTo("0 served, 6 refused, 44 unknown");
    assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> node.use(tokens.get(20)));
  }

  @Test
  void everybodyWithAnotherNameIsDoubtedLikewise() throws Exception {
    logIn();
    for (int i = 0; i < USERS; i++) {
      accounts.has("user" + i, Subject.of("USER" + i, "user"));
    }
    node.rest(INTERVAL);
    assertThat(useAll()).isEqualTo("0 served, 3 refused, 47 unknown");
    assertThat(ended()).isEqualTo(MassDisableDetector.ALLOWED_LOSSES);
  }
}
