package org.tokenfilter.login;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Known logins, and how little they reveal to others. */
final class KnownLoginsTest {

  private static final String HOME = "192.0.2.1";

  private final AtomicLong nanos = new AtomicLong();
  private final KnownLogins logins =
      new KnownLogins(new KeyedDigest(new SecureRandom()), nanos::get);

  @Test
  void successfulLoginIsKnownForSevenDays() {
    lookUp("alice", HOME, "right").succeeded();
    assertThat(lookUp("alice", HOME, "right").canBeKnown()).isTrue();
    assertThat(lookUp("alice", HOME, "right").isKnown()).isTrue();
    assertThat(lookUp("alice", "192.0.2.2", "right").isKnown()).isFalse();
    assertThat(lookUp("bob", HOME, "right").isKnown()).isFalse();
    nanos.addAndGet(Duration.ofDays(7).toNanos() - 1);
    assertThat(lookUp("alice", HOME, "right").canBeKnown()).isTrue();
    nanos.addAndGet(1);
    assertThat(lookUp("alice", HOME, "right").isKnown()).isFalse();
  }

  @Test
  void latestPasswordCounts() {
    lookUp("alice", HOME, "old").succeeded();
    lookUp("alice", HOME, "new").succeeded();
    assertThat(lookUp("alice", HOME, "new").canBeKnown()).isTrue();
  }

  /** About one of 256 passwords is checked, whether the user is known or not. */
  @Test
  void guessesDoNotRevealKnownLogins() {
    lookUp("alice", HOME, "right").succeeded();
    for (String name : new String[] {"alice", "nobody"}) {
      long looked =
          IntStream.range(0, 50_000)
              .filter(i -> lookUp(name, HOME, "guess" + i).canBeKnown())
              .count();
      // 195 are expected, and this is seven deviations away.
      assertThat(looked).as(name).isBetween(98L, 293L);
    }
  }

  /** Otherwise, an attacker would see the same guess checked once and refused unchecked later. */
  @Test
  void sameGuessIsTreatedTheSameEachTime() {
    for (int i = 0; i < 1_000; i++) {
      boolean first = lookUp("nobody", HOME, "guess" + i).canBeKnown();
      assertThat(lookUp("nobody", HOME, "guess" + i).canBeKnown()).isEqualTo(first);
    }
  }

  @Test
  void memoryIsBounded() {
    for (int i = 0; i < 110_000; i++) {
      lookUp("user" + i, HOME, "right").succeeded();
    }
    assertThat(logins.size()).isBetween(50_000L, 100_000L);
  }

  private KnownLogins.Lookup lookUp(String name, String client, String password) {
    return logins.lookUp(name, client, password.toCharArray());
  }
}
