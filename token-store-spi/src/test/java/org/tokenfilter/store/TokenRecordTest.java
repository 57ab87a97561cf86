package org.tokenfilter.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.tokenfilter.store.Records.IDLE;
import static org.tokenfilter.store.Records.id;
import static org.tokenfilter.store.Records.lasting;
import static org.tokenfilter.store.Records.sliding;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TokenRecordTest {

  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration TICK = Duration.ofMillis(1);

  @Test
  void subjectHasOneTo255Characters() {
    assertThatNoException().isThrownBy(() -> subject("x"));
    assertThatNoException().isThrownBy(() -> subject("\u00fc".repeat(255)));
    assertThatIllegalArgumentException().isThrownBy(() -> subject(""));
    assertThatIllegalArgumentException().isThrownBy(() -> subject("x".repeat(256)));
  }

  @Test
  void nulAndUnpairedSurrogatesAreRefusedInAllTexts() {
    for (String broken : List.of("a\0b", "a\ud83d", "\ude00a")) {
      assertThatIllegalArgumentException().isThrownBy(() -> subject(broken));
      for (UnaryOperator<TokenRecord.Builder> setting :
          List.<UnaryOperator<TokenRecord.Builder>>of(
              builder -> builder.roles(Set.of(broken)),
              builder -> builder.group(broken),
              builder -> builder.client(broken),
              builder -> builder.binding(broken),
              builder -> builder.attributes(Map.of(broken, "value")),
              builder -> builder.attributes(Map.of("name", broken)))) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> setting.apply(lasting(1, NOON)).build());
      }
    }
    assertThatNoException().isThrownBy(() -> subject("a\ud83d\ude00b"));
  }

  @Test
  void groupClientAndBindingHaveAMaximumLength() {
    String longest = "\u00fc".repeat(255);
    assertThatNoException()
        .isThrownBy(
            lasting(1, NOON).group("\u00fc".repeat(512)).client(longest).binding(longest)::build);
    for (TokenRecord.Builder builder :
        List.of(
            lasting(1, NOON).group("x".repeat(513)),
            lasting(1, NOON).client("x".repeat(256)),
            lasting(1, NOON).binding("x".repeat(256)))) {
      assertThatIllegalArgumentException().isThrownBy(builder::build);
    }
  }

  @Test
  void rolesHaveAtMost32KibibytesOfUtf8() {
    String half = "\u00e9".repeat(8191);

    assertThatNoException()
        .isThrownBy(() -> lasting(1, NOON).roles(Set.of("aa" + half, "bb" + half)).build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> lasting(1, NOON).roles(Set.of("aaaaa" + half, "bb" + half, "c")).build());
  }

  @Test
  void attributesHaveAtMostEightKibibytesOfUtf8() {
    String half = "\u00e9".repeat(2047);

    assertThatNoException()
        .isThrownBy(() -> lasting(1, NOON).attributes(Map.of("aa", half, "bb", half)).build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> lasting(1, NOON).attributes(Map.of("aa", half, "bbb", half)).build());
  }

  @Test
  void idleTimeoutAndIdleDeadlineRequireEachOther() {
    assertThatIllegalArgumentException().isThrownBy(lasting(1, NOON).idle(IDLE, null)::build);
    assertThatIllegalArgumentException().isThrownBy(lasting(1, NOON).idle(null, NOON)::build);
  }

  @Test
  void timesAreTruncatedToMilliseconds() {
    Instant fine = NOON.plusNanos(1_999_999);
    TokenRecord record =
        TokenRecord.builder(id(1), TokenKind.USER, "alice", fine)
            .idle(Duration.ofNanos(2_999_999), fine)
            .expiresAt(fine)
            .build();

    assertThat(
            List.of(
                record.issuedAt(),
                record.lastUsedAt(),
                record.idleExpiresAt(),
                record.expiresAt(),
                Revocation.of(RevocationReason.CLOSED, fine).at(),
                new PageCursor(fine, id(1)).issuedAt(),
                new Renewal(id(1), fine, fine).usedAt(),
                new Renewal(id(1), fine, fine).idleExpiresAt()))
        .containsOnly(NOON.plusMillis(1));
    assertThat(record.idleTimeout()).isEqualTo(Duration.ofMillis(2));
  }

  @Test
  void collectionsAreCopiedAndSorted() {
    Set<String> roles = new HashSet<>(Set.of("user", "admin"));
    Map<String, String> attributes = new HashMap<>(Map.of("tenant", "7", "city", "Oslo"));
    TokenRecord record = lasting(1, NOON).roles(roles).attributes(attributes).build();
    roles.clear();
    attributes.clear();

    assertThat(record.roles()).containsExactly("admin", "user").isUnmodifiable();
    assertThat(record.attributes()).hasToString("{city=Oslo, tenant=7}").isUnmodifiable();
  }

  /** Collections that were checked and copied once are reused in records built from the first. */
  @Test
  void collectionsOfAnotherRecordAreReused() {
    TokenRecord record =
        lasting(1, NOON).roles(Set.of("user", "admin")).attributes(Map.of("tenant", "7")).build();
    TokenRecord other = record.toBuilder().lastUsedAt(NOON.plusSeconds(1)).build();

    assertThat(other.roles()).isSameAs(record.roles());
    assertThat(other.attributes()).isSameAs(record.attributes());
  }

  @Test
  void rolesAndAttributesAreFoundByTheirNames() {
    TokenRecord record =
        lasting(1, NOON).roles(Set.of("user", "admin")).attributes(Map.of("tenant", "7")).build();

    assertThat(record.roles().contains("admin")).isTrue();
    assertThat(record.roles().contains("root")).isFalse();
    assertThat(record.attributes().get("tenant")).isEqualTo("7");
    assertThat(record.attributes().get("city")).isNull();
    assertThat(record.attributes().containsKey("tenant")).isTrue();
  }

  @Test
  void recordIsDeadFromItsDeadlineOn() {
    TokenRecord idle = sliding(1, NOON).build();
    TokenRecord hard = lasting(1, NOON).expiresAt(NOON.plus(IDLE)).build();

    for (TokenRecord record : List.of(idle, hard)) {
      assertThat(record.liveAt(NOON.plus(IDLE).minus(TICK))).isTrue();
      assertThat(record.liveAt(NOON.plus(IDLE))).isFalse();
      assertThat(record.expiredAt(NOON.plus(IDLE))).isTrue();
    }
    assertThat(lasting(1, NOON).build().liveAt(Instant.MAX)).isTrue();
  }

  @Test
  void deadlineIsTheEarlierOfIdleAndAbsolute() {
    Instant idle = NOON.plus(IDLE);

    assertThat(lasting(1, NOON).build().deadline()).isNull();
    assertThat(sliding(1, NOON).build().deadline()).isEqualTo(idle);
    assertThat(lasting(1, NOON).expiresAt(NOON).build().deadline()).isEqualTo(NOON);
    assertThat(sliding(1, NOON).expiresAt(idle.plus(TICK)).build().deadline()).isEqualTo(idle);
    assertThat(sliding(1, NOON).expiresAt(idle.minus(TICK)).build().deadline())
        .isEqualTo(idle.minus(TICK));
  }

  @Test
  void endOfLifeIsTheEarlierOfRevocationAndDeadline() {
    Instant deadline = NOON.plus(IDLE);

    assertThat(lasting(1, NOON).build().endOfLife()).isNull();
    assertThat(sliding(1, NOON).build().endOfLife()).isEqualTo(deadline);
    assertThat(closed(lasting(1, NOON), deadline).endOfLife()).isEqualTo(deadline);
    assertThat(closed(sliding(1, NOON), NOON.plus(TICK)).endOfLife()).isEqualTo(NOON.plus(TICK));
    assertThat(closed(sliding(1, NOON), deadline.plus(TICK)).endOfLife()).isEqualTo(deadline);
  }

  @Test
  void revokedRecordIsNotLiveBeforeItsDeadline() {
    TokenRecord record = closed(sliding(1, NOON), NOON.plus(IDLE));

    assertThat(record.liveAt(NOON)).isFalse();
    assertThat(record.expiredAt(NOON)).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(() -> record.revoked(Revocation.of(RevocationReason.CLOSED, NOON)));
  }

  @Test
  void renewalNeverMovesTimesBack() {
    TokenRecord record = sliding(1, NOON).build();
    Instant later = NOON.plusSeconds(5);

    TokenRecord renewed = record.renewed(new Renewal(id(1), later, later.plus(IDLE)));
    assertThat(renewed)
        .isEqualTo(record.toBuilder().lastUsedAt(later).idle(IDLE, later.plus(IDLE)).build());
    assertThat(renewed.renewed(new Renewal(id(1), NOON, NOON.plus(IDLE)))).isEqualTo(renewed);
    assertThat(renewed.renewed(new Renewal(id(1), NOON, null))).isEqualTo(renewed);
    assertThat(lasting(1, NOON).build().renewed(new Renewal(id(1), later, later)).idleExpiresAt())
        .isNull();
  }

  @Test
  void onlyAReplacedRecordHasASuccessor() {
    assertThatNoException()
        .isThrownBy(() -> new Revocation(NOON, RevocationReason.REPLACED, id(2)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Revocation(NOON, RevocationReason.CLOSED, id(2)));
  }

  @Test
  void limitBelowOneIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Limit(0, Limit.Policy.REJECT));
  }

  @Test
  void pageCursorsAreOrderedByTimeThenId() {
    assertThat(
            List.of(
                new PageCursor(NOON, id(2)),
                new PageCursor(NOON, id(3)),
                new PageCursor(NOON.plus(TICK), id(1))))
        .isSorted();
  }

  private static TokenRecord subject(String subject) {
    return TokenRecord.builder(id(1), TokenKind.OPEN, subject, NOON).build();
  }

  private static TokenRecord closed(TokenRecord.Builder builder, Instant at) {
    return builder.revocation(Revocation.of(RevocationReason.CLOSED, at)).build();
  }
}
